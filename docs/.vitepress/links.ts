import { posix } from 'node:path'
import type { MarkdownRenderer } from 'vitepress'

type Token = ReturnType<MarkdownRenderer['parse']>[number]

/** Files at the root that are pages of the site as well. */
const rootPages: Readonly<Record<string, string>> = {
  'README.md': '/',
  'SECURITY.md': '/project/security',
  'CONTRIBUTING.md': '/project/contributing',
  'CHANGELOG.md': '/project/changelog',
}

/**
 * Pages of docs/ are read in the repository, where they link to sources; the site has no sources. A link that leaves docs/
 * becomes the page that shows the same file, or else words with the path beside them.
 */
export function linksThatLeave(markdown: MarkdownRenderer): void {
  markdown.core.ruler.push('links-that-leave', ({ tokens, env }) => {
    const folder = posix.dirname(included(env.relativePath))
    for (const { children } of tokens) if (children) mend(children, posix.join('docs', folder))
  })
}

/** Pages under project/ show a file of the root. */
function included(page: string): string {
  return page.startsWith('project/') ? '../index.md' : page
}

function mend(tokens: Token[], folder: string): void {
  for (const [index, token] of tokens.entries()) {
    const href = token.type === 'link_open' ? (token.attrGet('href') ?? '') : ''
    if (href === '' || /^([a-z]+:|[#/])/i.test(href)) continue
    const [path = '', hash = ''] = decodeURI(href).split('#')
    const target = posix.join(folder, path)
    if (folder === '.' && target.startsWith('docs/')) {
      token.attrSet('href', `/${target.slice('docs/'.length)}${hash && `#${hash}`}`)
      continue
    }
    if (target.startsWith('docs/') && /\.(md|json)$/.test(target)) continue
    const page = rootPages[target]
    if (page) token.attrSet('href', page)
    else unlink(tokens, index, target, hash)
  }
}

function unlink(tokens: Token[], index: number, path: string, hash: string): void {
  const close = tokens.findIndex((token, at) => at > index && token.type === 'link_close')
  const words = tokens.slice(index + 1, close).map(({ content }) => content)
  tokens[index]!.tag = 'span'
  tokens[index]!.type = 'source_open'
  tokens[index]!.attrs = [['class', 'source']]
  tokens[close]!.tag = 'span'
  tokens[close]!.type = 'source_close'
  // A number is a line of a file that is named before it.
  if (words.join('').includes(path) || /^\d+$/.test(words.join(''))) return
  const last = tokens[close - 1]!
  if (last.type === 'text') last.content += ` (${path}${hash.replace(/^L/, ':')})`
}
