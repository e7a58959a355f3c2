import { tensor3d, tidy } from '@tensorflow/tfjs-core'
import { FaceLandmark68Net, NetInput } from '#face-api'
import type { AssetBytes } from '../../wire/worker-protocol'
import { requireNet } from '../assets'
import type { Landmarks } from './align'
import type { DetectedFace } from './detect'
import { apply, centroid, type Point, squareOf } from './geometry'
import type { Picture } from './picture'
import { sampleChip } from './sample'
import { weightMap } from './weight-map'

const chipSize = 112

/**
 * Where the net is shown the face: a square with its side and centre relative to a reference. The first pass goes by the
 * detector's box; the second by the first's points, upright, which makes it independent of the detector.
 */
interface Crop {
  readonly side: number
  readonly down: number
}
const firstCrop: Readonly<Record<'upright' | 'box', Crop>> = {
  upright: { side: 1.25, down: 0.03 },
  box: { side: 1.25, down: 0.03 },
}
const secondCrop: Crop = { side: 1.25, down: 0.0 }

export interface LandmarkFinder {
  /** 68 points in picture pixels. Two passes. */
  find(picture: Picture, face: DetectedFace): Landmarks
}

/** Loads face-api.js's 68-point net. Throws `model_unavailable`. */
export function createLandmarkFinder(assets: AssetBytes): LandmarkFinder {
  const { json, weights } = requireNet(assets, 'landmarks-68')
  const net = new FaceLandmark68Net()
  net.loadFromWeightMap(weightMap(json, weights))
  const chip = new Float32Array(chipSize * chipSize * 3)

  const pass = (picture: Picture, centre: Point, side: number, roll: number): Landmarks => {
    const toPicture = squareOf(centre, side, roll, chipSize)
    sampleChip(picture, toPicture, chipSize, chip)
    const fractions = tidy(() => net.runNet(new NetInput([tensor3d(chip, [chipSize, chipSize, 3])])).dataSync())
    chip.fill(0)
    return Array.from({ length: 68 }, (_, index) =>
      apply(toPicture, { x: fractions[2 * index]! * chipSize, y: fractions[2 * index + 1]! * chipSize }),
    )
  }

  return {
    find: (picture, { box, roll }) => {
      const { side, down } = firstCrop[roll === 0 ? 'box' : 'upright']
      const extent = Math.max(box.width, box.height)
      const centre = {
        x: box.x + box.width / 2 - Math.sin(roll) * extent * down,
        y: box.y + box.height / 2 + Math.cos(roll) * extent * down,
      }
      const first = pass(picture, centre, extent * side, roll)
      const upright = uprightBox(first)
      return pass(picture, upright.centre, upright.extent * secondCrop.side, upright.roll)
    },
  }
}

/** The square that holds the points once the eyes are level. */
function uprightBox(points: Landmarks): { readonly centre: Point; readonly extent: number; readonly roll: number } {
  const left = centroid(points.slice(36, 42))
  const right = centroid(points.slice(42, 48))
  const roll = Math.atan2(right.y - left.y, right.x - left.x)
  const turned = points.map(({ x, y }) => ({
    x: x * Math.cos(roll) + y * Math.sin(roll),
    y: y * Math.cos(roll) - x * Math.sin(roll),
  }))
  const xs = turned.map(({ x }) => x)
  const ys = turned.map(({ y }) => y)
  const [west, east, north, south] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)]
  const extent = Math.max(east - west, south - north)
  const x = (west + east) / 2
  const y = (north + south) / 2 + secondCrop.down * extent
  return {
    centre: { x: x * Math.cos(roll) - y * Math.sin(roll), y: y * Math.cos(roll) + x * Math.sin(roll) },
    extent,
    roll,
  }
}
