import type { LivenessStep } from '../../wire/liveness'
import type { ChallengeProgress, HintCode } from '../../wire/worker-protocol'

const namespace = 'http://www.w3.org/2000/svg'

/** The oval's outline in the stage's 640 × 480. */
const outline = { cx: 320, cy: 240, rx: 150, ry: 200 } as const
/** Its length, for the dashes: Ramanujan's approximation. */
const length =
  Math.PI * (3 * (outline.rx + outline.ry) - Math.sqrt((3 * outline.rx + outline.ry) * (outline.rx + 3 * outline.ry)))

/**
 * Where an arrow stands and points, in degrees clockwise from upwards. The preview is a mirror, so the person's left is
 * on the left.
 */
const arrows: Readonly<Partial<Record<LivenessStep, readonly [x: number, y: number, turn: number]>>> = {
  turn_left: [95, 240, -90],
  turn_right: [545, 240, 90],
  look_up: [320, 72, 0],
  look_down: [320, 408, 180],
  move_closer: [320, 240, 0],
}

/** Movement as a picture, beside the words and never in their place: an arrow, and a ring that fills. */
export function challengeRing() {
  const svg = document.createElementNS(namespace, 'svg')
  svg.setAttribute('viewBox', '0 0 640 480')
  svg.setAttribute('preserveAspectRatio', 'xMidYMid slice')
  svg.setAttribute('aria-hidden', 'true')
  const ring = document.createElementNS(namespace, 'ellipse')
  ring.setAttribute('class', 'ring')
  for (const [name, value] of Object.entries(outline)) ring.setAttribute(name, `${value}`)
  ring.setAttribute('stroke-dasharray', `${length}`)
  const arrow = document.createElementNS(namespace, 'path')
  arrow.setAttribute('class', 'arrow')
  arrow.setAttribute('d', 'M0 -34 34 6H14V34H-14V6H-34Z')
  svg.append(ring, arrow)

  return {
    svg,
    /** Of all steps together; empty without a challenge. */
    show(challenge: ChallengeProgress | undefined, hint?: HintCode): void {
      svg.toggleAttribute('hidden', challenge === undefined)
      if (!challenge) return
      const { step, done, of, progress } = challenge
      const share = Math.min(1, (done + progress) / of)
      ring.setAttribute('stroke-dashoffset', `${length * (1 - share)}`)
      const place = hint === step || hint === 'other_movement' ? arrows[step] : undefined
      arrow.toggleAttribute('hidden', place === undefined)
      if (place) arrow.setAttribute('transform', `translate(${place[0]} ${place[1]}) rotate(${place[2]})`)
    },
  }
}
