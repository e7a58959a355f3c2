/** One structure for both forms of the draft, so that Markdown and HTML cannot say different things. All text is plain. */
export type PiaBlock =
  | { readonly kind: 'paragraph'; readonly text: string }
  | { readonly kind: 'table'; readonly head: readonly string[]; readonly rows: readonly (readonly string[])[] }
  /** Only a human can answer it: left open and marked. */
  | { readonly kind: 'question'; readonly number: number; readonly text: string }

export interface PiaSection {
  readonly heading: string
  /** Articles that ask for it. */
  readonly source: string
  readonly blocks: readonly PiaBlock[]
}

export interface PiaDocument {
  readonly locale: 'zh-CN' | 'en'
  readonly title: string
  /** Says what the draft is not. */
  readonly lead: readonly string[]
  readonly sections: readonly PiaSection[]
  /** "To be answered by a human", before each open question. */
  readonly openMark: string
}

/** Runs of white space, control and invisible characters become one space: a text stays where it was put. */
export function oneLine(text: string): string {
  return text.replaceAll(/[\s\p{Cc}\p{Cf}]+/gu, ' ').trim()
}
