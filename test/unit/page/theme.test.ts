import { describe, expect, it } from 'vitest'
import { paletteOf } from '../../../src/page/theme.ts'

/** WCAG 2.2, relative luminance of `#rrggbb`. */
function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const value = Number.parseInt(colour.slice(at, at + 2), 16) / 255
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}

function contrast(one: string, other: string): number {
  const [dark = 0, light = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b)
  return (light + 0.05) / (dark + 0.05)
}

/** Custom properties of the rule that begins with `selector`. */
function rule(css: string, selector: string): Readonly<Record<string, string>> {
  const body = css.slice(css.indexOf(selector) + selector.length).split('}')[0] ?? ''
  return Object.fromEntries([...body.matchAll(/--(\w+): ([^;]+);/g)].map(([, name, value]) => [name, value]))
}

describe('L03 L05 the colours', () => {
  const css = paletteOf({ custom: false })
  it.each(['light', 'dark'])('%s: words and edges can be seen', (theme) => {
    const colours = rule(css, `:host([data-theme="${theme}"]) {`)
    for (const text of ['ink', 'quiet', 'alert', 'mark'])
      expect(contrast(colours[text]!, colours.paper!), text).toBeGreaterThanOrEqual(4.5)
    for (const text of ['ink', 'quiet'])
      expect(contrast(colours[text]!, colours.shade!), `${text} on shade`).toBeGreaterThanOrEqual(4.5)
  })

  it('no page can recolour the consent dialog; the widget and the camera view it can', () => {
    expect(css).not.toMatch(/--faceseal-(?!font)/)
    const custom = rule(paletteOf({ custom: true }), ':host {')
    expect(custom.ink).toBe('var(--faceseal-ink, #1c2430)')
    expect(Object.keys(custom)).toEqual(Object.keys(rule(css, ':host {')))
  })
})
