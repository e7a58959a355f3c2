import { readFileSync } from 'node:fs'
import { beforeAll, describe, expect, it } from 'vitest'
import { withTables } from '../../../bench/common/markdown'
import { renderChart } from '../../../bench/plots/chart'
import { chartsOf } from '../../../bench/plots/plots'
import { type ProtectionReport, runProtection } from '../../../bench/protection/protection'
import { protectionTables } from '../../../bench/protection/tables'
import { syntheticFaces } from './synthetic-faces'

describe('the attacks on made-up people', () => {
  let report: ProtectionReport

  beforeAll(async () => {
    const faces = syntheticFaces({ people: 12, pictures: 2 })
    report = await runProtection(faces, faces.paths, {
      ...{ embedder: 'mobilefacenet', bits: 1024, modelId: 'synthetic' },
      // Wide, so that among so few there are false accepts.
      levels: { wide: 0.47, narrow: 0.3 },
    })
  }, 120_000)

  it('finds no link between templates with separate tokens, renewed, or bound to another context', () => {
    const { strangersOneToken, ...cases } = report.chance
    for (const [name, { mean, deviation, accepted }] of Object.entries(cases)) {
      expect(Math.abs(mean - 0.5), name).toBeLessThan(0.02)
      expect(deviation, name).toBeLessThan(0.025)
      expect(accepted.narrow!.errors, name).toBe(0)
    }
    // Faces resemble each other: with one token strangers spread more.
    expect(strangersOneToken.deviation).toBeGreaterThan(1.5 * report.chance.strangers.deviation)
  })

  it('finds every link with both tokens known, and next to none with secret ones', () => {
    expect(report.unlinkability.knownToken.dSys).toBeGreaterThan(0.9)
    expect(report.unlinkability.secretToken.dSys).toBeLessThan(0.35) // few people: the estimator alone gives that much
  })

  it('inverts with the token and not without', () => {
    const { linear, withoutToken, genuine } = report.inversion
    expect(linear.cosine.mean).toBeGreaterThan(0.84)
    expect(linear.passSameSystem.narrow).toBe(1)
    expect(Math.abs(withoutToken.cosine.mean)).toBeLessThan(0.2)
    expect(withoutToken.passSameSystem.narrow).toBe(0)
    expect(genuine.namedFirst).toBeGreaterThan(0.9)
  })

  it('climbs from every false accept to the enrolled template', () => {
    expect(report.climbing.levels.wide!.learnt).toBe(1)
    expect(report.search.levels.wide!.opened).toBeGreaterThan(0)
  })

  it('gives the page every table and the figures without a broken number', () => {
    const page = readFileSync(new URL('../../../docs/protection.md', import.meta.url), 'utf8')
    for (const text of protectionTables(report).values()) expect(text).not.toMatch(/NaN|undefined|Infinity/)
    expect(() => withTables(page, protectionTables(report))).not.toThrow()
    const charts = chartsOf({ protection: JSON.parse(JSON.stringify(report)) })
    expect(charts).toHaveLength(5)
    for (const [name, chart] of charts) expect(renderChart(chart), name).not.toMatch(/NaN|undefined|Infinity/)
  })
})
