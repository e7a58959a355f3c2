import { readFileSync } from 'node:fs'
import type { TokenContext } from '../../../src/worker/protect'

/** One known answer of test/vectors/srht-sign-v1.json, decoded. */
export interface SrhtVector {
  readonly name: string
  readonly embedding: Float32Array
  readonly mean: Float32Array
  readonly secret: Uint8Array<ArrayBuffer>
  readonly salt: Uint8Array<ArrayBuffer>
  readonly context: TokenContext
  readonly token: string
  readonly quantised: readonly number[]
  readonly template: string
}

export const vectorsFile = new URL('../../vectors/srht-sign-v1.json', import.meta.url)

export function readVectors(): readonly SrhtVector[] {
  const { vectors } = JSON.parse(readFileSync(vectorsFile, 'utf8')) as {
    readonly vectors: readonly (Omit<SrhtVector, 'embedding' | 'mean' | 'secret' | 'salt'> & {
      readonly embedding: string
      readonly mean: string
      readonly secret: string
      readonly salt: string
    })[]
  }
  return vectors.map((vector) => ({
    ...vector,
    embedding: floats(vector.embedding),
    mean: floats(vector.mean),
    secret: new Uint8Array(Buffer.from(vector.secret, 'hex')),
    salt: new Uint8Array(Buffer.from(vector.salt, 'hex')),
  }))
}

function floats(base64: string): Float32Array {
  return new Float32Array(new Uint8Array(Buffer.from(base64, 'base64')).buffer)
}
