import type { Picture } from '../vision/picture'

/** What a stream of frames shows of its source. A sensor has noise and a clock of its own; software may have neither. */
export interface StreamSigns {
  /** Time stood still or ran backwards between two frames. */
  readonly backwards: boolean
  /** Every interval is a whole multiple of one and the same number of microseconds: a timer, not a shutter. */
  readonly metronomic: boolean
  /** Between one frame and the next most of the picture stayed equal to the bit, as in a decoded recording. */
  readonly still: boolean
}

/** Frames and pairs below which nothing is said. */
const enough = 8
/** Most by which an interval may miss a whole multiple of the shortest, in microseconds: rounding. */
const rounding = 2
const grid = { columns: 16, rows: 12, samples: 12 } as const
/** Share of equal tiles from which a pair of frames counts as still, and share of such pairs. */
const stillness = { tiles: 0.5, pairs: 0.5 } as const
/** Darker or brighter than this a sensor's noise may be cut off: such tiles say nothing. */
const [black, white] = [12, 243]

/** Watches every frame of one capture, good or not. Keeps numbers from which no picture can be made. */
export class StreamWitness {
  readonly #timestamps: number[] = []
  #tiles: readonly (number | undefined)[] = []
  #pairs = 0
  #stillPairs = 0

  /** `timestamp` in microseconds, as a `VideoFrame` has it; a source of bitmaps has none. */
  see(timestamp: number | undefined, picture: Picture): void {
    if (timestamp !== undefined) this.#timestamps.push(timestamp)
    const tiles = tilesOf(picture)
    const comparable = tiles.filter((tile, index) => tile !== undefined && this.#tiles[index] !== undefined)
    if (comparable.length > tiles.length / 4) {
      const equal = tiles.filter((tile, index) => tile !== undefined && tile === this.#tiles[index]).length
      this.#pairs += 1
      if (equal / comparable.length > stillness.tiles) this.#stillPairs += 1
    }
    this.#tiles = tiles
  }

  get signs(): StreamSigns {
    const intervals = this.#timestamps.slice(1).map((at, index) => at - this.#timestamps[index]!)
    const shortest = Math.min(...intervals)
    const offBeat = (interval: number) => Math.abs(interval - shortest * Math.round(interval / shortest)) > rounding
    return {
      backwards: intervals.some((interval) => interval <= 0),
      metronomic: intervals.length >= enough && shortest > 0 && !intervals.some(offBeat),
      still: this.#pairs >= enough && this.#stillPairs / this.#pairs > stillness.pairs,
    }
  }
}

export interface InjectionEvidence {
  /** Good frames, and how many of them differ from one another: a camera's noise makes all of them differ. */
  readonly accepted: number
  readonly different: number
  readonly stream: StreamSigns
  /** What the page saw of the camera itself, 0..3. */
  readonly cameraRisk: number
}

/**
 * Bucket 0 none seen … 3 high. A hint only: an injected video can have noise and jitter, and a person's odd camera or
 * virtual background can have none. Signs of frames and signs of the camera together count one more than either.
 */
export function injectionRisk({ accepted, different, stream, cameraRisk }: InjectionEvidence): number {
  const repeated = different === 1 ? 2 : different < accepted ? 1 : 0
  const timed = stream.backwards ? 2 : stream.metronomic ? 1 : 0
  const frames = Math.max(repeated, timed, stream.still ? 1 : 0)
  return Math.min(3, Math.max(frames, cameraRisk) + (frames > 0 && cameraRisk > 0 ? 1 : 0))
}

/** FNV-1a over a few pixels of each tile; nothing for a tile in which one is black or white. */
function tilesOf({ width, height, rgba }: Picture): readonly (number | undefined)[] {
  return Array.from({ length: grid.columns * grid.rows }, (_, tile) => {
    const left = Math.floor(((tile % grid.columns) * width) / grid.columns)
    const top = Math.floor((Math.floor(tile / grid.columns) * height) / grid.rows)
    let hash = 0x811c9dc5
    for (let sample = 0; sample < grid.samples; sample++) {
      // Scattered over the tile by two steps that share no factor with its size in common cameras.
      const x = left + ((sample * 7) % Math.max(1, Math.floor(width / grid.columns)))
      const y = top + ((sample * 11) % Math.max(1, Math.floor(height / grid.rows)))
      const value = rgba[(y * width + x) * 4 + 1]!
      if (value < black || value > white) return undefined
      hash = Math.imul(hash ^ value, 0x01000193)
    }
    return hash >>> 0
  })
}
