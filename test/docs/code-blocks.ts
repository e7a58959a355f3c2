import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = fileURLToPath(new URL('../..', import.meta.url))

/** A fenced block of a page. */
export interface CodeBlock {
  /** Relative to the root. */
  readonly page: string
  /** Of its first line of code, from 1. */
  readonly line: number
  readonly language: string
  /** `main.ts` of a fence that begins with "ts [main.ts]". */
  readonly file: string | undefined
  readonly code: string
}

/** README and every page under docs/ that is kept in git. */
export function documentedPages(): readonly string[] {
  const pages = readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
    .map((name) => `docs/${name.replaceAll('\\', '/')}`)
    .filter((name) => name.endsWith('.md') && !/^docs\/(api|\.vitepress)\//.test(name))
  return ['README.md', 'SECURITY.md', 'CONTRIBUTING.md', ...pages.sort()]
}

export function codeBlocks(page: string): readonly CodeBlock[] {
  const text = readFileSync(join(root, page), 'utf8')
  return [...text.matchAll(/^```(\w*)(?: \[(.+?)\])?\n(.*?)^```$/gms)].map((found) => {
    const [, language = '', file, code = ''] = found
    return { page, line: text.slice(0, found.index).split('\n').length + 1, language, file, code }
  })
}
