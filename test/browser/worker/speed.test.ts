// The speed benchmark itself, small: what it reports, and that nothing is left behind. Its times are printed, never judged.
import { expect, it } from 'vitest'
import { reportOf } from '../../../bench/speed/report'
import { runBench } from '../../../bench/speed/run'

it('npm run bench measures FaceSeal beside what is installed, and no tensor is left', async () => {
  const names = ['faceseal', 'vladmandic-face-api', 'mediapipe'] as const
  const small = { rounds: 2, frames: 3, starts: 0, paths: 0, verifications: 0, portraits: 3 }
  const report = reportOf(await runBench({ names, ...small, say: () => undefined }))
  expect(report.failures).toEqual({})
  expect(Object.keys(report.contestants).sort()).toEqual(['faceseal', 'mediapipe', 'vladmandic-face-api'])
  const { faceseal, mediapipe, 'vladmandic-face-api': faceApi } = report.contestants
  for (const ms of [faceseal?.guidanceFrameMs, faceseal?.embedMs, faceApi?.frameMs, mediapipe?.frameMs]) {
    expect(ms).toBeGreaterThan(0)
  }
  for (const name of ['guidanceVsFaceApi', 'embedVsFaceApi'] as const) {
    const spread = report.ratioSpread[name]!
    expect(spread.ratio).toBe(report.ratios[name])
    expect(spread.low).toBeLessThanOrEqual(spread.high)
  }
  expect(report.ratios.guidanceVsHuman).toBeUndefined()
  expect(report.roofline.embedGmacs).toBeCloseTo(0.442, 3)
  expect(report.tensorsLeft.faceseal).toBe(0)
  process.stdout.write(`speed: guidance ${report.ratios.guidanceVsFaceApi} times as fast as face-api's frame, `)
  process.stdout.write(`embedding ${report.ratios.embedVsFaceApi} times, on this machine now\n`)
})
