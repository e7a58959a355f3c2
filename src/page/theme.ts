/** `auto` follows the system. */
export type Theme = 'light' | 'dark' | 'auto'

/** Colours of every surface, [light, dark]. Text on its ground reaches 4.5 : 1, a control's edge 3 : 1 (WCAG 1.4.3, 1.4.11). */
const colours = {
  ink: ['#1c2430', '#e9edf2'],
  paper: ['#ffffff', '#171c23'],
  quiet: ['#566270', '#a3afbd'],
  line: ['#cfd6de', '#3a4553'],
  shade: ['#eef1f4', '#222a34'],
  mark: ['#1f6f5c', '#6cc4ab'],
  alert: ['#a3261b', '#ff9d92'],
} as const
type ColourName = keyof typeof colours

const fonts = {
  base: 'system-ui, -apple-system, "Segoe UI", "PingFang SC", "Noto Sans CJK SC", "Microsoft YaHei", sans-serif',
  'zh-TW': 'system-ui, -apple-system, "PingFang TC", "Noto Sans CJK TC", "Microsoft JhengHei", sans-serif',
} as const

export interface PaletteOptions {
  readonly custom: boolean
  /** Of the host: `light` or `dark`; anything else follows the system. */
  readonly attribute?: 'data-theme' | 'theme'
}

/**
 * The custom properties of a shadow root: light, dark where the system or the host's attribute says so. With
 * `custom`, the page's own `--faceseal-…` come first; the consent dialog goes without, for its words must be readable
 * and its choices equal whatever the page does (L03, L05).
 */
export function paletteOf({ custom, attribute = 'data-theme' }: PaletteOptions): string {
  const rules = (index: 0 | 1) =>
    (Object.keys(colours) as ColourName[])
      .map(
        (name) => `--${name}: ${custom ? `var(--faceseal-${name}, ${colours[name][index]})` : colours[name][index]};`,
      )
      .join(' ')
  return `
:host { ${rules(0)} color-scheme: light dark; font-family: var(--faceseal-font, ${fonts.base}); }
:host(:lang(zh-TW)) { font-family: var(--faceseal-font, ${fonts['zh-TW']}); }
@media (prefers-color-scheme: dark) { :host { ${rules(1)} } }
:host([${attribute}="light"]) { ${rules(0)} color-scheme: light; }
:host([${attribute}="dark"]) { ${rules(1)} color-scheme: dark; }
`
}

/** Marks a host for {@link paletteOf}. */
export function wear(host: HTMLElement, theme: Theme | undefined): void {
  if (theme === 'light' || theme === 'dark') host.dataset.theme = theme
  else delete host.dataset.theme
}
