import type { EmbedderName, TemplateBits } from '../wire/ceremony-options'
import { FaceSealError } from '../wire/errors'

/** False accepts that are aimed at, one in 1,000, 10,000 or 100,000 strangers, all of them with the person's token. */
export type FalseAcceptLevel = '1e-3' | '1e-4' | '1e-5'

/** Largest fraction of differing bits that counts as the same person, per embedder, template length and level. */
export type ThresholdTable = Readonly<
  Partial<Record<EmbedderName, Readonly<Partial<Record<TemplateBits, Readonly<Record<FalseAcceptLevel, number>>>>>>>
>

/**
 * Measured all against all on 2,334 LFW images of 1,333 people, one token for all (the stolen-token case). The 2048-bit
 * row is measured. The 1024-bit row is computed from it: fewer bits widen the impostor distribution by their binomial
 * part, sqrt(0.034² + 0.25/1024 - 0.25/2048), and each threshold keeps its number of standard deviations.
 */
export const standardThresholds: ThresholdTable = {
  mobilefacenet: {
    2048: { '1e-3': 0.388, '1e-4': 0.361, '1e-5': 0.337 },
    1024: { '1e-3': 0.382, '1e-4': 0.353, '1e-5': 0.328 },
  },
}

export interface ThresholdChoice {
  readonly embedder: EmbedderName
  readonly bits: TemplateBits
  readonly level?: FalseAcceptLevel | undefined
  readonly thresholds?: ThresholdTable | undefined
}

/** Most bits that may differ. Throws `configuration_invalid` for an embedder without a calibrated threshold. */
export function maxDistance({ embedder, bits, level = '1e-4', thresholds }: ThresholdChoice): number {
  const fraction = thresholds?.[embedder]?.[bits]?.[level] ?? standardThresholds[embedder]?.[bits]?.[level]
  if (fraction === undefined || !(fraction > 0 && fraction < 0.5)) {
    throw new FaceSealError('configuration_invalid', {
      detail: `thresholds: ${embedder}, ${bits} bits, level ${level}`,
    })
  }
  return Math.floor(fraction * bits)
}
