import type { EmbedderName, TemplateBits } from '../wire/ceremony-options'
import { FaceSealError } from '../wire/errors'
import calibrated from './thresholds.json'

/**
 * How many strangers may be taken for the person, on the faces that thresholds were calibrated on, all of them with the
 * person's token (the stolen-token case): `convenient` one in 1,000, `standard` one in 10,000, `strict` one in 100,000.
 * Other people, cameras and light differ: docs/accuracy.md.
 */
export type FalseAcceptLevel = 'convenient' | 'standard' | 'strict'

/** Largest fraction of differing bits that counts as the same person, per embedder, template length and level. */
export type ThresholdTable = Readonly<
  Partial<Record<EmbedderName, Readonly<Partial<Record<TemplateBits, Readonly<Record<FalseAcceptLevel, number>>>>>>>
>

/** Calibrated by `npm run eval -- … --operating-points` and `npx tsx bench/eval/thresholds.ts` (docs/accuracy.md). */
export const standardThresholds: ThresholdTable = {
  mobilefacenet: calibrated.mobilefacenet.bits,
  'face-api': calibrated['face-api'].bits,
}

export interface ThresholdChoice {
  readonly embedder: EmbedderName
  readonly bits: TemplateBits
  readonly level?: FalseAcceptLevel | undefined
  readonly thresholds?: ThresholdTable | undefined
}

/** Most bits that may differ. Throws `configuration_invalid` for a threshold that is none: not above 0 and below 0.5. */
export function maxDistance({ embedder, bits, level = 'standard', thresholds }: ThresholdChoice): number {
  const fraction = thresholds?.[embedder]?.[bits]?.[level] ?? standardThresholds[embedder]?.[bits]?.[level]
  if (fraction === undefined || !(fraction > 0 && fraction < 0.5)) {
    throw new FaceSealError('configuration_invalid', {
      detail: `thresholds: ${embedder}, ${bits} bits, level ${level}`,
    })
  }
  return Math.floor(fraction * bits)
}
