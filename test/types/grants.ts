// Compiled, never run: what must not compile. `tsc -p tsconfig.tools.json` fails when one of these lines compiles.

import { loadAssets } from '../../src/page/assets'
import { startWorker } from '../../src/page/bridge'
import { openCamera } from '../../src/page/camera'
import type { ConsentGrant } from '../../src/page/consent/grant'
import type { SealedClaim } from '../../src/wire/envelope'
import type { CaptureResult } from '../../src/wire/worker-protocol'

declare const cameraOptions: Parameters<typeof openCamera>[1]
declare const workerOptions: Parameters<typeof startWorker>[1]
declare const assetOptions: Parameters<typeof loadAssets>[1]
declare const processGrant: ConsentGrant<'process'>
declare const transmitGrant: ConsentGrant<'transmit'>

export async function grantsAreNeeded(): Promise<void> {
  // L01: the camera, the worker and the models want the first consent's grant.
  await openCamera(processGrant, cameraOptions)
  await startWorker(processGrant, workerOptions)
  await loadAssets(processGrant, assetOptions)
  // @ts-expect-error the second consent does not open the camera
  await openCamera(transmitGrant, cameraOptions)
  // @ts-expect-error nothing is not a grant
  await openCamera(undefined, cameraOptions)
  // @ts-expect-error a grant cannot be written down: its brand is private
  await startWorker({ ...forged, scope: 'process' as const }, workerOptions)
  // @ts-expect-error a look-alike is no grant
  await loadAssets(forged, assetOptions)
}

export function onlyBitsTravel(claim: SealedClaim, result: CaptureResult): void {
  // @ts-expect-error L16: a template is bits, never floats
  claim.template satisfies Float32Array
  // @ts-expect-error no result of a capture holds an embedding
  result.embedding
}

const forged = {
  scope: 'process' as const,
  receiptId: '',
  tenant: '',
  origin: '',
  purpose: '',
  subject: '',
  sid: '',
  policyHash: '',
  noticeHash: '',
  grantedAt: 0,
  expiresAt: 0,
  singleUse: true,
  signal: new AbortController().signal,
}
