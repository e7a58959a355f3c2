import { oneLine, type PiaBlock, type PiaDocument } from './document'

const style = `body{font:1rem/1.6 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1a1a1a;background:#fff}
table{border-collapse:collapse;width:100%}th,td{border:1px solid #767676;padding:.4rem;text-align:left;vertical-align:top;overflow-wrap:anywhere}
.lead,.open{border-left:.4rem solid;padding:.4rem 1rem;margin:1rem 0}.lead{border-color:#1a4f8b}
.open{border-color:#a33;background:#fff4e5}.answer{min-height:4rem;border-bottom:1px dashed #767676}`

/** A page of its own: no script, nothing loaded. Every text is escaped. */
export function piaHtml({ locale, title, lead, sections, openMark }: PiaDocument): string {
  const body = sections.map(
    ({ heading, source, blocks }, index) =>
      `<section><h2>${index + 1}. ${escaped(heading)}</h2><p><small>${escaped(source)}</small></p>\n${blocks
        .map((block) => blockMarkup(block, openMark))
        .join('\n')}</section>`,
  )
  return `<!doctype html>
<html lang="${escaped(locale)}">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${escaped(title)}</title><style>${style}</style></head>
<body><main><h1>${escaped(title)}</h1>
${lead.map((text) => `<p class="lead">${escaped(text)}</p>`).join('\n')}
${body.join('\n')}
</main></body></html>
`
}

function blockMarkup(block: PiaBlock, openMark: string): string {
  switch (block.kind) {
    case 'paragraph':
      return `<p>${escaped(block.text)}</p>`
    case 'question':
      return `<div class="open" id="q${block.number}"><p><strong>☐ Q${block.number} · ${escaped(openMark)}</strong> ${escaped(block.text)}</p><div class="answer"></div></div>`
    case 'table': {
      const head = block.head.map((cell) => `<th scope="col">${escaped(cell)}</th>`).join('')
      const rows = block.rows.map((row) => `<tr>${row.map((cell) => `<td>${escaped(cell)}</td>`).join('')}</tr>`)
      return `<table><thead><tr>${head}</tr></thead><tbody>${rows.join('\n')}</tbody></table>`
    }
  }
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

function escaped(text: string): string {
  return oneLine(text).replaceAll(/[&<>"']/g, (character) => entities[character]!)
}
