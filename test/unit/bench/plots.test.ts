import { describe, expect, it } from 'vitest'
import { withTables } from '../../../bench/common/markdown'
import { type Chart, renderChart } from '../../../bench/plots/chart'
import { chartsOf, type Plotted } from '../../../bench/plots/plots'

const chart: Chart = {
  title: 'A < B & C',
  description: 'two points',
  x: { label: 'far', low: 1e-4, high: 1, ticks: [{ at: 1e-2, text: '1 %' }], logarithmic: true },
  y: { label: 'tar', low: 0, high: 1, ticks: [] },
  series: [
    { name: 'one', tone: 'blue', points: [[1e-4, 0] as const, [1e-2, 0.5] as const, [1, 1] as const] },
    { name: 'none', tone: 'orange', points: [] },
  ],
  marks: [{ x: 1e-3, label: 'strict' }],
}

describe('figures', () => {
  it('puts points where the axes say, from bottom left to top right', () => {
    const d = /<path class="line " stroke="var\(--blue\)" d="(M62[^"]+)"/.exec(renderChart(chart))?.[1]
    expect(d).toBe('M62 322L341 183L620 44')
  })

  it('escapes texts, has a description, follows the dark scheme, and holds no broken number', () => {
    const svg = renderChart(chart)
    expect(svg).toContain('A &lt; B &amp; C')
    expect(svg).toContain('<desc id="description">two points</desc>')
    expect(svg).toContain('prefers-color-scheme: dark')
    expect(svg).not.toMatch(/NaN|Infinity|undefined/)
  })

  it('keeps points beyond an axis on its end, zero on a logarithmic one too', () => {
    const series = [{ name: 'far', tone: 'blue', points: [[0, -3] as const, [5, 7] as const] } as const]
    expect(renderChart({ ...chart, series })).toContain('d="M62 322L620 44"')
  })

  it('draws only what the evaluation holds', () => {
    expect(chartsOf({})).toEqual([])
    const curve: [number, number][] = [
      [1e-4, 0.9],
      [1e-2, 0.99],
    ]
    const evaluation: Plotted = {
      allPairs: { genuine: 100, impostor: 1000, curve: { float: curve, protected: curve } },
      reject: { curve: [[0, 0.05] as [number, number], [0.3, 0.01] as [number, number]] },
    }
    expect(chartsOf(evaluation).map(([name]) => name)).toEqual(['det', 'reject'])
    const [, det] = chartsOf(evaluation)[0]!
    expect(det.series[0]!.points[0]![1]).toBeCloseTo(0.1, 10)
  })
})

describe('tables of a page', () => {
  const page = 'before\n<!-- table a -->\nold\n<!-- end -->\nbetween\n<!-- table b -->\n<!-- end -->\nafter'

  it('replaces what stands in their places and nothing else, the second time as the first', () => {
    const tables = new Map([
      ['a', '| new |'],
      ['b', '| too |'],
    ])
    const once = withTables(page, tables)
    expect(once).toBe(
      'before\n<!-- table a -->\n| new |\n<!-- end -->\nbetween\n<!-- table b -->\n| too |\n<!-- end -->\nafter',
    )
    expect(withTables(once, tables)).toBe(once)
  })

  it('refuses a page without the place', () => {
    expect(() => withTables(page, new Map([['c', '']]))).toThrow(RangeError)
  })
})
