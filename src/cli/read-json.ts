import { readFile } from 'node:fs/promises'
import { UsageError } from './command'

/** The file's JSON. Throws `UsageError` with a sentence that says why not. */
export async function readJson(path: string): Promise<unknown> {
  const text = await readText(path)
  try {
    return JSON.parse(text) as unknown
  } catch (cause) {
    throw new UsageError(`${path} is not JSON: ${cause instanceof Error ? cause.message : 'unreadable'}`)
  }
}

/** The file as UTF-8. Throws `UsageError`. */
export async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch {
    throw new UsageError(`Cannot read ${path}.`)
  }
}

/** The deployment's secrets: what `importServerKeys` checks. Throws `UsageError`. */
export async function readKeysOption(path: string | undefined): Promise<unknown> {
  if (path === undefined) throw new UsageError('Which keys? Give --keys, the file of faceseal keygen.')
  return readJson(path)
}
