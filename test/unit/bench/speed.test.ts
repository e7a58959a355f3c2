import { readFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { kernelModule, multiplyAdds } from '../../../bench/speed/roofline'
import { median, ratioOf, spreadOf } from '../../../bench/speed/statistics'
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
