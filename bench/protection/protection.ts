// The template protection as an attacker would test it, on the embeddings of a run: `npm run eval -- … --protection`, or
// `npx tsx bench/protection/offline.ts` on kept embeddings. Rates are fractions of 1. docs/protection.md says what each
// figure means; `npx tsx bench/protection/tables.ts OUT.json` writes its tables.
import { standardThresholds } from '../../src/server/thresholds.ts'
import type { EmbedderName, TemplateBits } from '../../src/wire/ceremony-options.ts'
import type { TokenContext } from '../../src/worker/protect.ts'
import { sharedContext } from '../eval/shared-token.ts'
import { type ChanceReport, chanceReport, type Levels } from './chance.ts'
import { type ClimbReport, climbReport } from './climb.ts'
import { type InversionReport, inversionReport } from './harm.ts'
import { type LinkReport, linkReport } from './link.ts'
import { type Distances, distancesReport, type Embeddings, peopleOf, wordsOf } from './people.ts'
import { type SearchReport, searchReport } from './search.ts'
import { deviceOf, tokenOf } from './tokens.ts'

export interface ProtectionOptions {
  readonly embedder: EmbedderName
  readonly bits: TemplateBits
  readonly modelId: string
  /** The backend's own by default. */
  readonly levels?: Levels | undefined
  readonly report?: ((stage: string) => void) | undefined
}

export interface ProtectionReport {
  readonly embedder: EmbedderName
  readonly bits: TemplateBits
  readonly people: number
  readonly images: number
  readonly levels: Levels
  readonly distances: Distances
  readonly unlinkability: LinkReport
  readonly chance: ChanceReport
  readonly inversion: InversionReport
  readonly search: SearchReport
  readonly climbing: ClimbReport
}

/** People for whom many tokens are derived, which takes longest. */
const manyTokens = 1200

/** Some minutes on one core for a few thousand images. Needs people with two images and more. */
export async function runProtection(
  run: Embeddings,
  paths: readonly string[],
  { embedder, bits, modelId, levels = levelsOf(embedder, bits), report }: ProtectionOptions,
): Promise<ProtectionReport> {
  const { mean } = run
  const people = peopleOf(run, paths)
  const context: TokenContext = { ...sharedContext(bits), modelId }
  const stolen = await tokenOf(deviceOf('shared'), context)
  report?.('templates under one token')
  const templates = []
  for (const { faces } of people) {
    const own = []
    for (const face of faces) own.push(await wordsOf(face, mean, stolen, bits))
    templates.push(own)
  }
  report?.('distances')
  const distances = distancesReport(people, templates, mean)
  // Those of whom there are several pictures first: they say more.
  const sampled = people.toSorted((a, b) => b.faces.length - a.faces.length).slice(0, manyTokens)
  report?.('unlinkability')
  const unlinkability = await linkReport(sampled, mean, context)
  report?.('matching at chance')
  const chance = await chanceReport(sampled, mean, context, levels)
  report?.('inversion')
  const inversion = await inversionReport(people, mean, { context, levels })
  report?.('false accept search')
  const firsts = templates.map((own) => own[0]!)
  const search = searchReport(firsts, levels, bits)
  report?.('hill climbing')
  const climbing = await climbReport(people, firsts, mean, { context, levels, token: stolen })
  const images = people.reduce((sum, { faces }) => sum + faces.length, 0)
  return {
    ...{ embedder, bits, people: people.length, images, levels, distances },
    ...{ unlinkability, chance, inversion, search, climbing },
  }
}

/** Throws for an embedder without calibrated thresholds. */
function levelsOf(embedder: EmbedderName, bits: TemplateBits): Levels {
  const levels = standardThresholds[embedder]?.[bits]
  if (!levels) throw new RangeError(`no thresholds for ${embedder} at ${bits} bits`)
  return levels
}
