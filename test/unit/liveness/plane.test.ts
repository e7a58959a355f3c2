import { describe, expect, it } from 'vitest'
import { compareViews } from '../../../src/worker/liveness/plane'
import { project } from './head'

const rest = project({})

/** Reproducible noise of the size that the 68-point net has from frame to frame: about 0.01 eye distances. */
function noisy(points: ReturnType<typeof project>, seed: number) {
  let state = seed
  const next = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32 - 0.5
  }
  return points.map(({ x, y }) => ({ x: x + 3 * next(), y: y + 3 * next() }))
}

describe('compareViews', () => {
  it.each([18, 25, 35, -18, -25, -35])('a head turned by %s° is no plane and hardly narrower', (yaw) => {
    const { residual, narrowing } = compareViews(rest, project({ yaw }))
    expect(residual).toBeGreaterThan(0.03)
    expect(narrowing).toBeGreaterThan(Math.cos((yaw * Math.PI) / 180) - 0.12)
  })

  it.each([10, 25, 40, 55, -40])('a plane turned by %s° is one, however near the camera', (yaw) => {
    for (const flat of [2.5, 4, 20]) {
      const { residual, narrowing } = compareViews(project({ flat }), project({ yaw, flat }))
      expect(residual).toBeLessThan(1e-4)
      expect(narrowing).toBeLessThan(Math.cos((yaw * Math.PI) / 180) + 0.05)
    }
  })

  it('noise of landmarks is far from a head', () => {
    for (let seed = 1; seed < 40; seed++) {
      expect(compareViews(noisy(rest, seed), noisy(project({ scale: 1.3, x: 200 }), 7 * seed)).residual).toBeLessThan(
        0.02,
      )
    }
  })

  it('size and place do not matter', () => {
    const near = compareViews(rest, project({ yaw: 25 }))
    const far = compareViews(rest, project({ yaw: 25, scale: 0.4, x: 100, y: 50 }))
    expect(far.residual).toBeCloseTo(near.residual, 6)
    expect(far.narrowing).toBeCloseTo(near.narrowing, 6)
  })

  it('points that coincide give a number', () => {
    const point = rest.map(() => ({ x: 5, y: 5 }))
    expect(compareViews(rest, point).residual).not.toBeNaN()
  })
})
