/** Everything that can go wrong while models are prepared; each code has its remedy in {@link REMEDIES}. */
export type PrepareErrorCode = keyof typeof REMEDIES

/** What the person at the terminal can do about each code. */
export const REMEDIES = {
  usage: 'Use: tsx models/prepare.ts [--check | --update-manifest]',
  aborted: 'Run `npm run setup` again: what was finished is kept.',
  manifest_invalid: 'Restore models/manifest.json from git, or correct the field that the message names.',
  offline: 'Connect to the network (or a reachable npm registry mirror) and run `npm run setup` again.',
  npm_missing: 'Install npm and put it on the PATH, or start this through `npm run setup`.',
  package_unavailable: 'See the npm message above; check the registry that `npm config get registry` names.',
  integrity_mismatch:
    'The registry sent other bytes than the manifest pins. Do not use them; try another registry, and report it if it stays.',
  archive_invalid: 'Delete models/.cache and run `npm run setup` again.',
  source_mismatch: 'Delete models/.cache and run `npm run setup` again; if it stays, the manifest is wrong.',
  output_missing: 'Run `npm run setup`.',
  output_mismatch:
    'Delete models/dist and run `npm run setup` again. Maintainers who changed a conversion run it with --update-manifest.',
  onnx_invalid: 'The ONNX file is damaged. Delete models/.cache and run `npm run setup` again.',
  onnx_unsupported:
    'models/onnx-to-tfjs.ts knows only the operators of the nets in the manifest; extend it for others.',
  tflite_invalid: 'The TFLite file is damaged. Delete models/.cache and run `npm run setup` again.',
} as const

/** The one error class of this folder: a closed union of codes, a remedy each, `cause` kept. */
export class PrepareError extends Error {
  override readonly name = 'PrepareError'
  readonly code: PrepareErrorCode
  readonly remedy: string

  constructor(code: PrepareErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
    this.remedy = REMEDIES[code]
  }
}
