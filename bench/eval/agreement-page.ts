// Feeds stills to the shipped worker as a camera would feed frames, and hands back the sealed envelopes.
import { proxy, transfer, wrap } from 'comlink'
import type { EmbedderName } from '../../src/wire/ceremony-options'
import type { CaptureBinding, DeviceKeys, WorkerApi } from '../../src/wire/worker-protocol'

export interface CaptureStills {
  readonly embedder: EmbedderName
  readonly files: readonly string[]
  readonly urls: readonly string[]
  readonly secret: string
  readonly binding: CaptureBinding
}

declare global {
  interface Window {
    /** Envelopes in base64; `undefined` where the capture failed. */
    captureStills(input: CaptureStills): Promise<readonly (string | undefined)[]>
  }
}

window.captureStills = async ({ embedder, files, urls, secret, binding }) => {
  const assets: Record<string, ArrayBuffer> = {}
  for (const file of files) assets[file] = await (await fetch(`/assets/${file}`)).arrayBuffer()
  const api = wrap<WorkerApi>(new Worker('/bench/worker.js', { type: 'module' }))
  await api.start(transfer({ assets, embedder }, Object.values(assets)))
  const keys = await deviceKeys(Uint8Array.from(atob(secret), (character) => character.charCodeAt(0)))
  const envelopes: (string | undefined)[] = []
  for (const url of urls) {
    const blob = await (await fetch(url)).blob()
    const { port1, port2 } = new MessageChannel()
    port1.onmessage = async () => {
      const bitmap = await createImageBitmap(blob)
      port1.postMessage(bitmap, [bitmap])
    }
    const request = { binding, keys, delivery: 'sealed' as const, frames: 3, timeoutMs: 15_000 }
    const source = transfer({ kind: 'port' as const, port: port2 }, [port2])
    const result = await api
      .capture(
        request,
        source,
        proxy(() => undefined),
      )
      .catch(() => undefined)
    envelopes.push(result?.kind === 'sealed' ? btoa(String.fromCharCode(...result.envelope)) : undefined)
    port1.close()
  }
  return envelopes
}

async function deviceKeys(secret: Uint8Array<ArrayBuffer>): Promise<DeviceKeys> {
  const pair = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, false, ['sign', 'verify'])
  return {
    secret: await crypto.subtle.importKey('raw', secret, 'HKDF', false, ['deriveBits']),
    signing: pair.privateKey,
    signingPublic: new Uint8Array(await crypto.subtle.exportKey('raw', pair.publicKey)),
    thumbprint: 'A'.repeat(43),
    storage: await crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt']),
  }
}
