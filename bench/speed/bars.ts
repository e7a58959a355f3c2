import { chartStyle, escaped } from '../plots/chart.ts'

export interface Bar {
  readonly name: string
  readonly value: number
  /** What stands beside the bar. */
  readonly text: string
  readonly own: boolean
}

const [width, left, right, rowHeight, top] = [640, 210, 560, 30, 44] as const

/** Horizontal bars on a logarithmic scale, for what differs a hundredfold; light and dark as the other figures. */
export function renderBars(title: string, description: string, bars: readonly Bar[]): string {
  const values = bars.map(({ value }) => value)
  const [low, high] = [Math.log10(Math.min(...values) / 2), Math.log10(Math.max(...values))]
  const place = (value: number) => left + ((Math.log10(value) - low) / (high - low)) * (right - left)
  const rows = bars.map(({ name, value, text, own }, index) => {
    const y = top + index * rowHeight
    const length = Math.round(10 * (place(value) - left)) / 10
    return `<text class="legend" x="${left - 10}" y="${y + 15}" text-anchor="end">${escaped(name)}</text>
<rect x="${left}" y="${y}" width="${length}" height="20" fill="var(--${own ? 'blue' : 'grey'})"/>
<text x="${left + length + 8}" y="${y + 15}">${escaped(text)}</text>`
  })
  const height = top + bars.length * rowHeight + 20
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" aria-labelledby="title description">
<title id="title">${escaped(title)}</title>
<desc id="description">${escaped(description)}</desc>
<style>${chartStyle}</style>
<text class="title" x="20" y="22">${escaped(title)}</text>
${rows.join('\n')}
</svg>
`
}
