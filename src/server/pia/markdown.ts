import { oneLine, type PiaBlock, type PiaDocument } from './document'

/** CommonMark with tables. Whatever came from outside is escaped: it can neither make markup nor leave its cell. */
export function piaMarkdown({ title, lead, sections, openMark }: PiaDocument): string {
  const parts = [`# ${escaped(title)}`, ...lead.map((text) => `> ${escaped(text)}`)]
  for (const [index, { heading, source, blocks }] of sections.entries()) {
    parts.push(`## ${index + 1}. ${escaped(heading)}`, `*${escaped(source)}*`)
    parts.push(...blocks.map((block) => blockText(block, openMark)))
  }
  return `${parts.join('\n\n')}\n`
}

function blockText(block: PiaBlock, openMark: string): string {
  switch (block.kind) {
    case 'paragraph':
      return escaped(block.text)
    case 'question':
      return `> **☐ Q${block.number} · ${escaped(openMark)}:** ${escaped(block.text)}\n>\n> ……`
    case 'table':
      return [rowText(block.head), rule(block.head.length), ...block.rows.map(rowText)].join('\n')
  }
}

function rowText(cells: readonly string[]): string {
  return `| ${cells.map(escaped).join(' | ')} |`
}

function rule(columns: number): string {
  return `|${' --- |'.repeat(columns)}`
}

function escaped(text: string): string {
  return oneLine(text)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll(/[\\`*_[\]|~#!]/g, (character) => `\\${character}`)
}
