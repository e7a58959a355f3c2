import type { TokenContext } from '../../src/worker/protect.ts'

/** The stolen-token case: every subject of a benchmark has this device secret and salt. */
export const sharedSecret = new Uint8Array(32).fill(7)
export const sharedSalt = new Uint8Array(32).fill(11)

/** Fixed, so that figures can be made again. */
export function sharedContext(bits: number): Omit<TokenContext, 'modelId'> {
  return { tenant: 'bench', origin: 'http://bench.invalid', purpose: 'evaluation', bits }
}
