import { readFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { withTables } from '../../../bench/common/markdown'
import { renderBars } from '../../../bench/speed/bars'
import { reportOf } from '../../../bench/speed/report'
import { kernelModule, multiplyAdds } from '../../../bench/speed/roofline'
import { median, ratioOf, spreadOf } from '../../../bench/speed/statistics'
import { frameBars, speedTables } from '../../../bench/speed/tables'
import { longestScriptTask } from '../../../bench/speed/trace'

describe('ratios of the speed benchmark', () => {
  it('over one means that ours is faster, with an interval around it', () => {
    const ours = [
      [10, 11],
      [9, 10],
      [10, 10],
    ]
    const theirs = ours.map((round) => round.map((ms) => 3 * ms))
    expect(ratioOf(theirs, ours)).toEqual({ ratio: 3, low: 3, high: 3 })
    const noisy = ratioOf(
      [
        [30, 30],
        [60, 60],
        [33, 27],
      ],
      ours,
    )!
    expect(noisy.low).toBeLessThan(noisy.ratio)
    expect(noisy.high).toBeGreaterThan(noisy.ratio)
  })

  it('says nothing of what was not measured', () => {
    expect(ratioOf([], [[1]])).toBeUndefined()
    expect(spreadOf([])).toBeUndefined()
    expect(median([3, 1, 2, 10])).toBe(2.5)
  })
})

describe('the roofline', () => {
  it("counts MobileFaceNet's multiply-adds", async () => {
    const net = JSON.parse(
      await readFile(new URL('../../../models/dist/mobilefacenet-512.json', import.meta.url), 'utf8'),
    )
    const first = 56 * 56 * 3 * 3 * 3 * 64
    const all = multiplyAdds(net, 112)
    expect(all).toBeGreaterThan(20 * first)
    // Chen et al. 2018 give 221 million for 128 outputs; this one has 512.
    expect(all / 1e6).toBeGreaterThan(200)
    expect(all / 1e6).toBeLessThan(300)
  })

  it('has a kernel that computes: sums of products of what lies in memory', async () => {
    const bytes = kernelModule()
    expect(WebAssembly.validate(bytes)).toBe(true)
    const { instance } = await WebAssembly.instantiate(bytes)
    const { run, memory } = instance.exports as { run: (turns: number) => number; memory: WebAssembly.Memory }
    new Float32Array(memory.buffer).fill(0.5)
    // 5 turns of 4 steps into 8 sums, a quarter each; of the vectors the first lane is answered.
    expect(run(5)).toBe((5 * 4 * 8) / 4)
    new Float32Array(memory.buffer).fill(0)
    expect(run(5)).toBe(0)
  })
})

describe('the longest task', () => {
  const task = (ts: number, dur: number, tdur: number) => ({ name: 'RunTask', ph: 'X', pid: 1, tid: 2, ts, dur, tdur })
  const script = (ts: number, dur: number) => ({ name: 'FunctionCall', ph: 'X', pid: 1, tid: 2, ts, dur })
  const thread = { name: 'thread_name', ph: 'M', pid: 1, tid: 2, args: { name: 'CrRendererMain' } }

  it("is the page's own, by its own time, and with script in it", () => {
    const traceEvents = [
      thread,
      ...[task(0, 90_000, 80_000), script(10, 100)],
      ...[task(100_000, 300_000, 20_000), script(100_010, 100)],
      task(500_000, 400_000, 390_000),
      { ...task(500_000, 900_000, 900_000), tid: 3 },
      { ...script(500_010, 100), tid: 3 },
    ]
    expect(longestScriptTask({ traceEvents }, 10_000)).toEqual({ wallMs: 90, cpuMs: 80, over50: 1, tasks: 2 })
  })

  it('is none where nothing ran', () => {
    expect(longestScriptTask({ traceEvents: [thread] }, 10_000)).toBeUndefined()
    expect(() => longestScriptTask({}, 1)).toThrow()
  })
})

describe('the report', () => {
  const rounds = (stages: Readonly<Record<string, number>>) => [
    Object.fromEntries(Object.entries(stages).map(([stage, ms]) => [stage, [ms, ms + 2]])),
  ]
  const report = reportOf({
    contest: {
      failures: { 'face-api.js': 'no backend' },
      backends: { faceseal: 'wasm', human: 'wasm' },
      stills: {
        faceseal: rounds({ guidance: 19, embed: 49, frame: 79, afterLastFrame: 99 }),
        human: rounds({ frame: 199 }),
      },
      pictures: 1,
      video: { human: rounds({ frame: 59 }) },
      peakGmacs: [20],
      tensorsLeft: { faceseal: 0 },
    },
    embedMacs: 442e6,
    starts: { human: { coldMs: [1500], warmMs: [700, 900], bytes: 3_400_000 } },
    path: undefined,
    memory: undefined,
    pictures: ['a.jpg'],
  })

  it('has the names that were asked for, and a ratio only of what ran', () => {
    expect(report.contestants.faceseal).toMatchObject({ guidanceFrameMs: 20, embedMs: 50, tensorsLeft: 0 })
    expect(report.contestants.human).toMatchObject({ frameMs: 200, videoFrameMs: 60, startWarmMs: 800 })
    expect(report.contestants).not.toHaveProperty('mediapipe')
    expect(report.ratios).toMatchObject({ guidanceVsHuman: 10, afterLastFrameVsHuman: 2, guidanceVsFaceApi: undefined })
    expect(report.sizes.firstAnswer).toEqual({ human: 3_400_000 })
    expect(report.roofline).toEqual({ peakGmacs: 20, embedGmacs: 0.442, floorMs: 22.1, bestMs: 49, share: 0.45 })
  })

  it('has a place on the page for every table, and a table for every place', async () => {
    const page = await readFile(new URL('../../../docs/performance.md', import.meta.url), 'utf8')
    const tables = speedTables(report)
    const written = withTables(page, tables)
    expect([...page.matchAll(/<!-- table (\w+) -->/g)].map(([, name]) => name)).toEqual([...tables.keys()])
    expect(written).toContain("| guidance frame, against human's frame | **10** |")
    expect(written).toContain('| face-api.js 0.22.2 | no backend |')
  })

  it('draws a longer bar for a longer time', () => {
    const widths = [...renderBars('Frames', 'of each', frameBars(report)).matchAll(/<rect [^>]*width="([\d.]+)"/g)]
    const [guidance, frame, human] = widths.map(([, width]) => Number(width))
    expect(guidance).toBeGreaterThan(0)
    expect(frame).toBeGreaterThan(guidance!)
    expect(human).toBeGreaterThan(frame!)
  })
})
