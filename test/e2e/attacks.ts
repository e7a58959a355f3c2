import { mkdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { type ClipLayer, sources } from './clip-recipes.js'
import { recordingsOrigin, withRecordings, writeWhole } from './clips.js'
import { fixtures } from './clips-folder.js'
import { drawAttack } from './draw-attack.js'

/** Part of the cache folder's name: raise it when a recipe or the drawing changes. */
const version = 2

export interface AttackRecipe {
  readonly kind: 'still' | 'grainy' | 'hand' | 'turn' | 'nod' | 'recording' | 'cut' | 'mask'
  /** Who is shown: at `from` for a photo, from there on for a recording. */
  readonly person: ClipLayer
  /** Who comes after the cut, or wears the mask. */
  readonly other?: ClipLayer
  /** Eye holes of the mask: centre and half axes in the picture. */
  readonly holes?: readonly (readonly [x: number, y: number, a: number, b: number])[]
  /** Degrees to which a plane is turned. */
  readonly angle?: number
  /** Of Chromium's camera, 25 a second; every second one is drawn and shown twice, as a camera in poor light does. */
  readonly frames: number
  /** Seconds of the recording per second of the clip. */
  readonly pace?: number
  /** Frames of rest before a recording begins: slow machines need the time to open the camera and look. */
  readonly lead?: number
}

const whole = [0, 0, 640, 480] as const
const head: ClipLayer = { file: sources.first, from: 1, crop: [76, 68, 260, 195], to: whole }
/** With room around the head, for it turns. */
const roomy = (file: string, from: number): ClipLayer => ({ file, from, crop: [40, 60, 320, 240], to: whole })
/** Longer than a challenge takes to refuse: a clip that came round again would be refused for that. */
const frames = 170

/** What an attacker holds before the camera of the first man's device, and a recording that is as good as live. */
export const attackRecipes = {
  photo: { kind: 'still', person: head, frames: 1 },
  'photo-with-noise': { kind: 'grainy', person: head, frames },
  'photo-in-hand': { kind: 'hand', person: head, frames },
  'photo-turned': { kind: 'turn', person: head, frames },
  'photo-turned-far': { kind: 'turn', person: head, angle: 58, frames },
  'photo-nodded': { kind: 'nod', person: head, frames },
  'other-capture': { kind: 'recording', person: roomy(sources.first, 24), frames },
  cut: {
    kind: 'cut',
    person: roomy(sources.again, 13),
    other: { file: sources.second, from: 34.6, crop: [16, 6, 336, 252], to: whole },
    frames,
  },
  mask: {
    kind: 'mask',
    person: head,
    other: { file: sources.second, from: 5, crop: [25.6, 28.6, 327.5, 245.6], to: whole },
    holes: [
      [278, 208, 34, 20],
      [390, 210, 34, 20],
    ],
    frames,
  },
  /** Opens his mouth, then turns to his right; slower than life, so that a busy machine with a few frames a second sees it. */
  'mouth-then-right': { kind: 'recording', person: roomy(sources.first, 16.2), lead: 10, frames: 390, pace: 0.35 },
} as const satisfies Record<string, AttackRecipe>

export type AttackName = keyof typeof attackRecipes

/** Absolute path of each clip, motion JPEG 640 × 480; made where it is missing: half a minute the first time. */
export async function prepareAttacks(): Promise<Readonly<Record<AttackName, string>>> {
  const folder = join(fixtures, `attacks-v${version}`)
  const names = Object.keys(attackRecipes) as AttackName[]
  const clips = Object.fromEntries(names.map((name) => [name, join(folder, `${name}.mjpeg`)]))
  const missing: AttackName[] = []
  for (const name of names) if (!(await stat(clips[name]!).catch(() => undefined))) missing.push(name)
  if (missing.length > 0) {
    await mkdir(folder, { recursive: true })
    await withRecordings(async (page) => {
      for (const name of missing) {
        const drawn = await page.evaluate(drawAttack, { recipe: attackRecipes[name], origin: recordingsOrigin })
        const frames = drawn.map((frame) => Buffer.from(frame, 'base64'))
        await writeWhole(clips[name]!, Buffer.concat(frames.flatMap((frame) => [frame, frame])))
      }
    })
  }
  return clips as Readonly<Record<AttackName, string>>
}
