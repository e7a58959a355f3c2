import { FaceSealError } from '../wire/errors'

/** What the way through the house stands on, by the name that `detail` gives. Browsers of 2024 and later have all of it. */
const needed: Readonly<Record<string, () => unknown>> = {
  'crypto.subtle': () => globalThis.crypto?.subtle,
  mediaDevices: () => navigator.mediaDevices,
  WebAssembly: () => globalThis.WebAssembly?.validate,
  Worker: () => globalThis.Worker,
  OffscreenCanvas: () => globalThis.OffscreenCanvas,
  createImageBitmap: () => globalThis.createImageBitmap,
  dialog: () => globalThis.HTMLDialogElement?.prototype.showModal,
  'AbortSignal.any': () => AbortSignal.any,
}

/**
 * Before the person is asked anything: nobody should agree, wait for megabytes and then learn that this browser cannot do
 * it. Throws `insecure_context` (L17), `browser_unsupported`.
 */
export function checkSurroundings(): void {
  if (!globalThis.isSecureContext) throw new FaceSealError('insecure_context')
  const missing = Object.keys(needed).filter((name) => !needed[name]?.())
  if (missing.length > 0) throw new FaceSealError('browser_unsupported', { detail: missing.join(', ') })
}
