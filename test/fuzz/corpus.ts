import { readFile } from 'node:fs/promises'

/** An input that once went wrong, and how. */
export interface KeptCase {
  readonly target: string
  readonly why: string
  readonly input: unknown
}

export const corpusFile = new URL('corpus.json', import.meta.url)

/** Bytes are kept as `{ "base64": … }`. */
export async function readCorpus(): Promise<readonly KeptCase[]> {
  return JSON.parse(await readFile(corpusFile, 'utf8'), (_, value) =>
    typeof value === 'object' && value !== null && Object.keys(value).join() === 'base64'
      ? new Uint8Array(Buffer.from(value.base64, 'base64'))
      : value,
  )
}

export function textOf(input: unknown): string {
  return JSON.stringify(
    input,
    (_, value) => (value instanceof Uint8Array ? { base64: Buffer.from(value).toString('base64') } : value),
    2,
  )
}
