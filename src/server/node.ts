/** `faceseal/server/node`: what needs Node: keys from a file or from the environment. */
import { readFile } from 'node:fs/promises'
import { FaceSealError } from '../wire/errors'
import { importServerKeys, type KeyProvider, type ServerKeys } from './keys'

/** What to do with a key file that cannot be read. */
export interface KeySourceOptions {
  /** Told when a later text is missing or wrong; the keys before it stay in use. */
  readonly onProblem?: ((error: FaceSealError) => void) | undefined
}

/**
 * Keys of a local file in the form that `faceseal keygen` writes. It is read at every request, so a rotation is a new
 * file moved over the old one. `keys()` throws `configuration_invalid` while there never was a good one; afterwards a
 * missing, half-written or wrong file leaves the former keys in use and tells `onProblem`, once for each new text.
 * Keep the file readable for the service's own user only.
 */
export function fileKeyProvider(path: string, options: KeySourceOptions = {}): KeyProvider {
  return textKeyProvider(async () => readFile(path, 'utf8'), 'file', options)
}

/** The same from an environment variable that holds the JSON. */
export function environmentKeyProvider(name = 'FACESEAL_KEYS', options: KeySourceOptions = {}): KeyProvider {
  return textKeyProvider(async () => process.env[name], name, options)
}

/** Imports a text once, for as long as it stays the same. */
function textKeyProvider(
  read: () => Promise<string | undefined>,
  source: string,
  { onProblem }: KeySourceOptions,
): KeyProvider {
  let text: string | undefined
  let current: Promise<ServerKeys> | undefined
  const load = async (next: string | undefined, former: Promise<ServerKeys> | undefined): Promise<ServerKeys> => {
    try {
      if (next === undefined) throw new FaceSealError('configuration_invalid', { detail: `keys: no ${source}` })
      return await importServerKeys(parse(next))
    } catch (error) {
      if (!former || !(error instanceof FaceSealError)) throw error
      const keys = await former
      onProblem?.(error)
      return keys
    }
  }
  return {
    keys: async () => {
      const next = await read().catch(() => undefined)
      if (!current || next !== text) {
        text = next
        const loading = load(next, current)
        current = loading
        // A first text that is wrong must not stand as what was there before.
        loading.catch(() => {
          if (current === loading) current = undefined
        })
      }
      return current
    },
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // Never the parser's own message: it quotes the text, which is secret.
    throw new FaceSealError('configuration_invalid', { detail: 'keys: not JSON' })
  }
}
