import fc from 'fast-check'
import { parseManifest } from '../../../models/manifest-schema.js'
import { convertOnnx } from '../../../models/onnx-to-tfjs.js'
import { PrepareError } from '../../../models/prepare-error.js'
import { filesOfTarball } from '../../../models/tarball.js'
import { addFaceDetectorMetadata } from '../../../models/tflite-metadata.js'
import { writeOnnx } from '../../unit/models/onnx-writer.js'
import { smallManifest, tarball } from '../../unit/models/package-writer.js'
import { damagedBytes, damagedJson, noise } from '../damage'
import { type FuzzTarget, isAnything, isBytes, target } from '../target'

/** `tflite`: the untouched face detector. */
export function modelTargets(tflite: Uint8Array<ArrayBuffer>): readonly FuzzTarget[] {
  const bytes = (name: string, runs: number, whole: Uint8Array<ArrayBuffer>, work: (input: Uint8Array) => unknown) =>
    target({
      name,
      runs,
      inputs: [noise(4096), damagedBytes(whole)],
      accepts: isBytes,
      check: (input) => onlyPrepareErrors(() => work(input)),
    })
  return [
    bytes('convertOnnx', 2000, smallOnnx(), (input) => convertOnnx(input, 'weights.bin')),
    // Its tables lie at the front; the weights behind are only bytes.
    bytes('addFaceDetectorMetadata', 300, tflite, addFaceDetectorMetadata),
    bytes('filesOfTarball', 1000, new Uint8Array(tarball), (input) => filesOfTarball(input, ['m/a.bin'])),
    target({
      name: 'parseManifest',
      runs: 1000,
      inputs: [fc.anything(), damagedJson(smallManifest)],
      accepts: isAnything,
      check: (input) => onlyPrepareErrors(() => parseManifest(input)),
    }),
  ]
}

function onlyPrepareErrors(work: () => unknown): void {
  try {
    work()
  } catch (cause) {
    if (!(cause instanceof PrepareError)) throw cause
  }
}

function smallOnnx(): Uint8Array<ArrayBuffer> {
  return new Uint8Array(
    writeOnnx({
      input: [1, 2, 4, 4],
      nodes: [
        { op: 'Conv', inputs: ['image', 'w'], output: 'a', ints: { kernel_shape: [4, 4], pads: [0, 0, 0, 0] } },
        { op: 'Reshape', inputs: ['a', 's'], output: 'result' },
      ],
      constants: { w: { shape: [3, 2, 4, 4], floats: Array(96).fill(0.5) }, s: { shape: [2], int64s: [1, 3] } },
    }),
  )
}
