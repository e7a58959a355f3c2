import type { LivenessStep } from '../../wire/liveness'
import type { ChallengeProgress, HintCode } from '../../wire/worker-protocol'

const namespace = 'http://www.w3.org/2000/svg'

/** The oval's outline in the stage's 640 × 480. */
const outline = { cx: 320, cy: 240, rx: 150, ry: 200 } as const
/** Its length, for the dashes: Ramanujan's approximation. */
const length =
  Math.PI * (3 * (outline.rx + outline.ry) - Math.sqrt((3 * outline.rx + outline.ry) * (outline.rx + 3 * outline.ry)))

const arrow = 'M0 -34 34 6H14V34H-14V6H-34Z'
/** A round face with whatever is drawn into it, by the even-odd rule. */
const faceWith = (features: string) => `M0 -48a48 48 0 1 0 .01 0ZM0 -41a41 41 0 1 0 .01 0Z${features}`
const openMouth = faceWith('M-16 -19a6 6 0 1 0 .01 0ZM16 -19a6 6 0 1 0 .01 0ZM0 2a14 16 0 1 0 .01 0Z')
const closedEyes = faceWith(
  'M-29 -14Q-16 3 -3 -14L-3 -7Q-16 10 -29 -7ZM3 -14Q16 3 29 -14L29 -7Q16 10 3 -7ZM-14 18H14V24H-14Z',
)

/** A shape, where it stands in the stage, its degrees clockwise, and how large it is. */
type Sign = readonly [shape: string, x: number, y: number, turn: number, size: number]

/** What is drawn for each movement. The preview is a mirror, so the person's left is on the left. */
const signs: Readonly<Record<LivenessStep, readonly Sign[]>> = {
  turn_left: [[arrow, 95, 240, -90, 1.5]],
  turn_right: [[arrow, 545, 240, 90, 1.5]],
  look_up: [[arrow, 320, 60, 0, 1.5]],
  look_down: [[arrow, 320, 420, 180, 1.5]],
  blink: [[closedEyes, 560, 240, 0, 1.3]],
  open_mouth: [[openMouth, 560, 240, 0, 1.3]],
  // Outwards on all sides: the face is to fill more of the picture.
  move_closer: [
    [arrow, 130, 90, -45, 1],
    [arrow, 510, 90, 45, 1],
    [arrow, 130, 390, -135, 1],
    [arrow, 510, 390, 135, 1],
  ],
}

/** Movement as a picture, beside the words and never in their place: a sign, and a ring that fills. */
export function challengeRing() {
  const svg = document.createElementNS(namespace, 'svg')
  svg.setAttribute('viewBox', '0 0 640 480')
  svg.setAttribute('preserveAspectRatio', 'xMidYMid slice')
  svg.setAttribute('aria-hidden', 'true')
  const ring = document.createElementNS(namespace, 'ellipse')
  ring.setAttribute('class', 'ring')
  // An ellipse's line begins at its right; lying on its side and turned up, this one fills from the top.
  const { cx, cy, rx, ry } = outline
  const upright = { cx, cy, rx: ry, ry: rx, transform: `rotate(-90 ${cx} ${cy})` }
  for (const [name, value] of Object.entries(upright)) ring.setAttribute(name, `${value}`)
  ring.setAttribute('stroke-dasharray', `${length}`)
  svg.append(ring)
  let shown: LivenessStep | undefined

  const showSign = (step: LivenessStep | undefined) => {
    if (step === shown) return
    shown = step
    svg.replaceChildren(ring, ...(step ? signs[step].map(draw) : []))
  }

  return {
    svg,
    /** Of all steps together; empty without a challenge. */
    show(challenge: ChallengeProgress | undefined, hint?: HintCode): void {
      svg.toggleAttribute('hidden', challenge === undefined)
      if (!challenge) return
      const { step, done, of, progress } = challenge
      const share = Math.min(1, (done + progress) / of)
      ring.setAttribute('stroke-dashoffset', `${length * (1 - share)}`)
      showSign(hint === step || hint === 'other_movement' ? step : undefined)
    },
  }
}

function draw([shape, x, y, turn, size]: Sign): SVGPathElement {
  const path = document.createElementNS(namespace, 'path')
  path.setAttribute('class', 'sign')
  path.setAttribute('fill-rule', 'evenodd')
  path.setAttribute('d', shape)
  path.setAttribute('transform', `translate(${x} ${y}) rotate(${turn}) scale(${size})`)
  return path
}
