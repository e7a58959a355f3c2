// Runs the known answers of srht-sign/v1 in whatever browser opens the page, and posts what came out.
import { deriveToken, deviceProtector, quantise, type TokenContext } from '../../../src/worker/protect'

/** One vector as it lies in the JSON: floats in base64, bytes in hex. */
interface Vector {
  readonly name: string
  readonly embedding: string
  readonly mean: string
  readonly secret: string
  readonly salt: string
  readonly context: TokenContext
}

/** What an engine makes of one vector. */
export interface Answer {
  readonly name: string
  readonly token: string
  readonly quantised: readonly number[]
  readonly template: string
}

export interface Answers {
  readonly engine: string
  readonly answers?: readonly Answer[]
  readonly error?: string
}

async function answer({ name, context, ...vector }: Vector): Promise<Answer> {
  const [embedding, mean] = [floats(vector.embedding), floats(vector.mean)]
  const salt = bytesOfHex(vector.salt)
  const secret = await crypto.subtle.importKey('raw', bytesOfHex(vector.secret), 'HKDF', false, ['deriveBits'])
  return {
    name,
    token: hex(await deriveToken(secret, salt, context)),
    quantised: [...quantise(embedding, mean).subarray(0, 8)],
    template: hex(await deviceProtector(secret, salt).protect(embedding, mean, context)),
  }
}

async function run(): Promise<Answers> {
  const engine = navigator.userAgent
  try {
    const { vectors } = (await (await fetch('/vectors.json')).json()) as { readonly vectors: readonly Vector[] }
    const answers: Answer[] = []
    for (const vector of vectors) answers.push(await answer(vector))
    return { engine, answers }
  } catch (error) {
    return { engine, error: String(error) }
  }
}

function floats(base64: string): Float32Array {
  return new Float32Array(Uint8Array.from(atob(base64), (character) => character.charCodeAt(0)).buffer)
}

function bytesOfHex(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(text.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16))
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}

const answers = await run()
await fetch('/answers', { method: 'POST', body: JSON.stringify(answers) })
