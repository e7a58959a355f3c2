import { pathToFileURL } from 'node:url'
import type { SpoofSignals } from '../../src/worker/liveness/fusion.ts'

export interface Misjudged {
  readonly file: string
  readonly label: string
  readonly attack: string
  readonly liveness: number | undefined
  readonly signals: SpoofSignals | undefined
}

/** A page that shows what was judged wrongly, from the files where they lie. */
export function misjudgedPage(report: unknown, files: readonly Misjudged[], folder: string): string {
  const items = files.map((item) => {
    const url = escaped(pathToFileURL(`${folder}/${item.file}`).href)
    const picture = /\.(mp4|webm|mov|mkv)$/i.test(item.file)
      ? `<video src="${url}" controls muted></video>`
      : `<img src="${url}" alt="" loading="lazy">`
    const kind = item.label === 'live' ? 'live, rejected' : `${item.attack}, accepted`
    const score = item.liveness === undefined ? 'no face' : item.liveness.toFixed(3)
    const numbers = escaped(JSON.stringify(item.signals ?? null, (_, n) => (typeof n === 'number' ? round(n) : n)))
    return `<li>${picture}<b>${escaped(kind)}</b> ${score}<br>${escaped(item.file)}<br><small>${numbers}</small></li>`
  })
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>Misjudged</title>
<style>body{font:15px/1.4 system-ui;margin:2rem}ul{display:grid;grid-template-columns:repeat(auto-fill,minmax(15rem,1fr));gap:1rem;padding:0;list-style:none}
img,video{display:block;max-width:100%;max-height:16rem}pre{background:#eee;padding:1rem;overflow:auto}</style>
<h1>${files.length} misjudged</h1><ul>${items.join('\n')}</ul><pre>${escaped(JSON.stringify(report, null, 2))}</pre></html>
`
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}

function round(value: number): number {
  return Math.round(value * 100) / 100
}
