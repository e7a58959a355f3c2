import type { PasskeyOptions } from 'faceseal'

/** The two that turn WebAuthn's JSON into bytes and back; not in every browser yet. */
export function canRegister(): boolean {
  return 'PublicKeyCredential' in globalThis && 'parseCreationOptionsFromJSON' in PublicKeyCredential
}

/** The integrator's own registration of a passkey: nothing of it is FaceSeal's. False where the person declines. */
export async function registerPasskey(): Promise<boolean> {
  const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(await ask('/demo/passkey/options', {}))
  const credential = await navigator.credentials.create({ publicKey }).catch(() => null)
  if (!(credential instanceof PublicKeyCredential)) return false
  const { registered } = await ask<{ registered: boolean }>('/demo/passkey', credential.toJSON())
  return registered
}

/** What FaceSeal needs to know where the account owes a passkey. */
export async function passkeyOf(): Promise<{ readonly passkey?: PasskeyOptions }> {
  const response = await fetch('/demo/passkey')
  const { credentials } = (await response.json()) as { readonly credentials: readonly string[] }
  if (credentials.length === 0) return {}
  const allowCredentials = credentials.map((id) => ({ id: bytesOf(id), type: 'public-key' as const }))
  return { passkey: { allowCredentials } }
}

function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  const binary = atob(text.replaceAll('-', '+').replaceAll('_', '/'))
  return Uint8Array.from(binary, (character) => character.charCodeAt(0))
}

async function ask<T>(path: string, body: object): Promise<T> {
  const headers = { 'content-type': 'application/json' }
  const response = await fetch(path, { method: 'POST', headers, body: JSON.stringify(body) })
  return (await response.json()) as T
}
