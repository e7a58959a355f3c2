/** A chart as SVG that follows the reader's light or dark scheme. Own words in, own words out: texts are escaped. */
export interface Chart {
  readonly title: string
  /** For those who do not see it: what the curves show. */
  readonly description: string
  readonly x: Axis
  readonly y: Axis
  readonly series: readonly Series[]
  /** Vertical lines with a word at the top. */
  readonly marks?: readonly { readonly x: number; readonly label: string }[]
}

export interface Axis {
  readonly label: string
  readonly low: number
  readonly high: number
  readonly ticks: readonly { readonly at: number; readonly text: string }[]
  readonly logarithmic?: boolean
}

export interface Series {
  readonly name: string
  readonly points: readonly (readonly [x: number, y: number])[]
  readonly tone: 'blue' | 'orange' | 'green' | 'grey'
  /** `area` is filled down to the axis. */
  readonly kind?: 'line' | 'dashed' | 'area'
}

const [width, height] = [640, 396]
const frame = { left: 62, right: 620, top: 44, bottom: 322 }

export const chartStyle = `
  svg { --ink: #1f2328; --soft: #59636e; --grid: #d8dee4; --blue: #0969da; --orange: #bc4c00; --green: #1a7f37; --grey: #818b98 }
  @media (prefers-color-scheme: dark) {
    svg { --ink: #f0f6fc; --soft: #9198a1; --grid: #30363d; --blue: #58a6ff; --orange: #f0883e; --green: #3fb950; --grey: #8b949e }
  }
  text { font: 12px system-ui, sans-serif; fill: var(--soft) }
  .title { font-size: 14px; font-weight: 600; fill: var(--ink) }
  .legend { fill: var(--ink) }
  .grid { stroke: var(--grid) }
  .axis { stroke: var(--soft) }
  .mark { stroke: var(--soft); stroke-dasharray: 2 3 }
  .line { fill: none; stroke-width: 2; stroke-linejoin: round }
  .dashed { stroke-dasharray: 7 4 }
  .area { fill-opacity: .18 }
`

export function renderChart(chart: Chart): string {
  const { title, description, x, y, series, marks = [] } = chart
  const [column, row] = [scaleOf(x, frame.left, frame.right), scaleOf(y, frame.bottom, frame.top)]
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" aria-labelledby="title description">
<title id="title">${escaped(title)}</title>
<desc id="description">${escaped(description)}</desc>
<style>${chartStyle}</style>
<text class="title" x="${frame.left}" y="20">${escaped(title)}</text>
${x.ticks.map((tick) => xTick(column(tick.at), tick.text)).join('\n')}
${y.ticks.map((tick) => yTick(row(tick.at), tick.text)).join('\n')}
<line class="axis" x1="${frame.left}" y1="${frame.bottom}" x2="${frame.right}" y2="${frame.bottom}"/>
${marks.map((mark) => markLine(column(mark.x), mark.label)).join('\n')}
${series.map((one) => curve(one, column, row)).join('\n')}
<text x="${(frame.left + frame.right) / 2}" y="${frame.bottom + 36}" text-anchor="middle">${escaped(x.label)}</text>
<text x="16" y="${(frame.top + frame.bottom) / 2}" text-anchor="middle" transform="rotate(-90 16 ${(frame.top + frame.bottom) / 2})">${escaped(y.label)}</text>
${legend(series)}
</svg>
`
}

type Scale = (value: number) => number

function scaleOf({ low, high, logarithmic = false }: Axis, from: number, to: number): Scale {
  const place = logarithmic ? Math.log10 : (value: number) => value
  return (value) => {
    const share = (place(Math.max(low, Math.min(high, value))) - place(low)) / (place(high) - place(low))
    return from + share * (to - from)
  }
}

function curve({ points, tone, kind = 'line' }: Series, column: Scale, row: Scale): string {
  if (points.length === 0) return ''
  const path = points
    .map(([x, y], index) => `${index === 0 ? 'M' : 'L'}${rounded(column(x))} ${rounded(row(y))}`)
    .join('')
  const line = `<path class="line ${kind === 'dashed' ? 'dashed' : ''}" stroke="var(--${tone})" d="${path}"/>`
  if (kind !== 'area') return line
  const [first, last] = [points[0]!, points.at(-1)!]
  const closed = `${path}L${rounded(column(last[0]))} ${frame.bottom}L${rounded(column(first[0]))} ${frame.bottom}Z`
  return `<path class="area" fill="var(--${tone})" d="${closed}"/>\n${line}`
}

function xTick(at: number, text: string): string {
  return `<line class="grid" x1="${rounded(at)}" y1="${frame.top}" x2="${rounded(at)}" y2="${frame.bottom}"/><text x="${rounded(at)}" y="${frame.bottom + 17}" text-anchor="middle">${escaped(text)}</text>`
}

function yTick(at: number, text: string): string {
  return `<line class="grid" x1="${frame.left}" y1="${rounded(at)}" x2="${frame.right}" y2="${rounded(at)}"/><text x="${frame.left - 7}" y="${rounded(at + 4)}" text-anchor="end">${escaped(text)}</text>`
}

function markLine(at: number, label: string): string {
  return `<line class="mark" x1="${rounded(at)}" y1="${frame.top}" x2="${rounded(at)}" y2="${frame.bottom}"/><text x="${rounded(at - 4)}" y="${frame.top + 4}" text-anchor="end" transform="rotate(-90 ${rounded(at - 4)} ${frame.top + 4})">${escaped(label)}</text>`
}

/** One line under the chart; names are short. */
function legend(series: readonly Series[]): string {
  let at = frame.left
  const entries = series.map(({ name, tone, kind }) => {
    const dashed = kind === 'dashed' ? ' dashed' : ''
    const entry = `<path class="line${dashed}" stroke="var(--${tone})" d="M${at} 380h22"/><text class="legend" x="${at + 28}" y="384">${escaped(name)}</text>`
    // Wide enough for the widest usual font.
    at += 50 + name.length * 6.6
    return entry
  })
  return entries.join('\n')
}

function rounded(value: number): string {
  return String(Math.round(value * 10) / 10)
}

export function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
