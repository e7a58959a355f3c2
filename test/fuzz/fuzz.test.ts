import { beforeAll, describe, expect, test, vi } from 'vitest'
import { readCorpus, textOf } from './corpus'
import type { FuzzTarget } from './target'
import { allTargets } from './targets'

// a shared two-core machine may be slow; what is measured here is right or wrong
vi.setConfig({ testTimeout: 240_000, hookTimeout: 120_000 })

const corpus = await readCorpus()
let targets: ReadonlyMap<string, FuzzTarget>
beforeAll(async () => {
  targets = new Map((await allTargets()).map((one) => [one.name, one]))
})

// The same cases every time, see test/fixed-seed.ts.
const seed = 20_261_122

describe('whatever comes in, only coded errors come out', () => {
  test('in the short run of every target', async () => {
    const failures: string[] = []
    for (const [name, target] of targets) {
      const { cases, failure } = await target.run({ seed, numRuns: target.runs })
      if (failure) failures.push(`${name}: ${textOf(failure.input).slice(0, 1000)}\n${failure.error}`)
      else expect([name, cases]).toEqual([name, target.runs])
    }
    expect(failures).toEqual([])
  })

  test.each(corpus)('kept case of $target: $why', async ({ target, input }) => {
    await targets.get(target)!.replay(input)
  })
})
