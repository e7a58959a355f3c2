import { createHash, hkdfSync } from 'node:crypto'
import canonicalize from 'canonicalize'
import { deriveToken, protectionScheme, protectionVersion, type TokenContext } from '../../src/worker/protect.ts'

type Bytes = Uint8Array<ArrayBuffer>

/** One device secret and one subject salt of a simulated person. */
export interface Device {
  readonly secret: Bytes
  readonly salt: Bytes
}

/** The same for the same name: figures can be made again. */
export function deviceOf(name: string): Device {
  return { secret: digest(`secret ${name}`), salt: digest(`salt ${name}`) }
}

/** The shipped derivation. */
export async function tokenOf({ secret, salt }: Device, context: TokenContext): Promise<Bytes> {
  const key = await crypto.subtle.importKey('raw', secret, 'HKDF', false, ['deriveBits'])
  return deriveToken(key, salt, context)
}

/** The derivation as another version of the pipeline would do it; with the shipped version it gives the shipped token. */
export function tokenOfVersion(device: Device, context: TokenContext, version = protectionVersion): Bytes {
  const { bits, tenant, origin, purpose, modelId } = context
  const binding = { scheme: protectionScheme, tenant, origin, purpose, modelId, version, m: bits }
  return new Uint8Array(hkdfSync('sha256', device.secret, device.salt, canonicalize(binding)!, 32))
}

function digest(text: string): Bytes {
  return new Uint8Array(createHash('sha256').update(`faceseal protection ${text}`).digest())
}
