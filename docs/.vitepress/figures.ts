import type { MarkdownRenderer } from 'vitepress'

/** A paragraph that holds a picture alone may be wider than a phone: it scrolls, by keyboard too. */
export function figuresThatScroll(markdown: MarkdownRenderer): void {
  markdown.core.ruler.push('figures-that-scroll', ({ tokens }) => {
    for (const [index, { children }] of tokens.entries()) {
      if (children?.length !== 1 || children[0]?.type !== 'image') continue
      tokens[index - 1]?.attrJoin('class', 'figure')
      tokens[index - 1]?.attrSet('tabindex', '0')
    }
  })
}
