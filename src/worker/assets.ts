import { files } from '#models'
import { FaceSealError } from '../wire/errors'
import type { AssetBytes, AssetId } from '../wire/worker-protocol'

const pinned = new Map(Object.values(files).flatMap((entry) => entry.map((file) => [file.file, file] as const)))

/**
 * Checks each file against the SHA-256 that was pinned when this worker was built: the page checks too, but the page is
 * not what computes on them. Throws `model_integrity` with the file's name, also for a file that is not pinned at all.
 */
export async function verifyAssets(assets: AssetBytes): Promise<void> {
  for (const [file, bytes] of Object.entries(assets)) {
    const expected = pinned.get(file)
    if (!expected || bytes.byteLength !== expected.bytes || (await sha256Hex(bytes)) !== expected.sha256) {
      throw new FaceSealError('model_integrity', { detail: file })
    }
  }
}

/** The bytes of an entry's files in manifest order, or `undefined` where the page did not send them all. */
export function findAsset(assets: AssetBytes, id: AssetId): readonly ArrayBuffer[] | undefined {
  const entry = files[id]?.map(({ file }) => assets[file])
  return entry?.every((bytes) => bytes !== undefined) ? entry : undefined
}

/** Throws `model_unavailable` where a file is missing. */
export function requireAsset(assets: AssetBytes, id: AssetId): readonly ArrayBuffer[] {
  const found = findAsset(assets, id)
  if (!found) throw new FaceSealError('model_unavailable', { detail: id })
  return found
}

/** A net's description and its weights. Every two-file entry is one JSON and one binary, in either order. */
export function requireNet(assets: AssetBytes, id: AssetId): { readonly json: string; readonly weights: ArrayBuffer } {
  const names = files[id]?.map(({ file }) => file) ?? []
  const bytes = requireAsset(assets, id)
  const json = bytes[names.findIndex((name) => name.endsWith('.json'))]
  const weights = bytes[names.findIndex((name) => name.endsWith('.bin'))]
  if (!json || !weights) throw new FaceSealError('model_unavailable', { detail: id })
  return { json: new TextDecoder().decode(json), weights }
}

export async function sha256Hex(bytes: BufferSource): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('')
}
