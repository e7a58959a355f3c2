// npx tsx bench/speed/detectors.ts --root DIR [--count 60]
//
// How far MediaPipe's detector and BlazeFace on tfjs agree, and a glance with a close look: docs/performance.md. Of each
// folder below `--root` (default: london/images and lfw/images) that many pictures, spread evenly over the sorted names.
import { readdir } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { launchChromium, root, serveFolders } from '../../test/browser/harness.ts'
import { assetFiles } from '../common/browser-images.ts'
import { buildForPage } from '../common/build.ts'
import { percentile } from '../eval/metrics.ts'
import type { Compared } from './detectors-page.ts'
import { rounded } from './statistics.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { root: { type: 'string' }, count: { type: 'string', default: '60' } },
})
if (!values.root) {
  process.stderr.write('npx tsx bench/speed/detectors.ts --root DIR [--count 60] [FOLDER...]\n')
  process.exit(2)
}
const folder = resolve(values.root)
const count = Number(values.count)

await buildForPage('speed/detectors-page')
const site = await serveFolders(
  { '/bench/': `${root}bench/dist`, '/assets/': `${root}models/dist`, '/files/': folder },
  {
    '/': {
      body: '<!doctype html><script type="module" src="/bench/speed-detectors-page.js"></script>',
      type: 'text/html',
    },
  },
  { pageCsp: "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'" },
)
const browser = await launchChromium()
try {
  const page = await browser.newPage()
  await page.goto(site.origin)
  await page.waitForFunction(() => 'compareDetectors' in window)
  await page.evaluate((files) => window.startDetectors(files), assetFiles)
  for (const set of positionals.length > 0 ? positionals : ['london/images', 'lfw/images']) {
    const names = (await readdir(join(folder, set))).filter((name) => /\.(jpe?g|png)$/i.test(name)).sort()
    const step = Math.max(1, names.length / count)
    const compared: Compared[] = []
    for (let at = 0; at < names.length && compared.length < count; at += step) {
      const path = `/files/${set}/${encodeURIComponent(names[Math.floor(at)]!)}`
      compared.push(await page.evaluate((url) => window.compareDetectors(url), path))
    }
    process.stdout.write(`${JSON.stringify({ set, ...figuresOf(compared) }, undefined, 2)}\n`)
  }
} finally {
  await browser.close()
  await site.close()
}

function figuresOf(all: readonly Compared[]) {
  const pick = (of: (one: Compared) => number | undefined) => all.map(of).filter((value) => value !== undefined)
  const at = (list: readonly number[], share: number) => rounded(percentile(list, share), 4)
  const glances = all.map(({ glance }) => glance).filter((glance) => glance !== undefined)
  const within = (list: readonly number[], bound: number) =>
    rounded(list.filter((value) => value < bound).length / list.length)
  return {
    pictures: all.length,
    foundByMediaPipe: all.filter(({ found }) => found[0]).length,
    foundByBlazeFace: all.filter(({ found }) => found[1]).length,
    overlapMedian: at(
      pick(({ overlap }) => overlap),
      0.5,
    ),
    overlapLowestTenth: at(
      pick(({ overlap }) => overlap),
      0.1,
    ),
    scoreNineOfTen: at(
      pick(({ score }) => score),
      0.9,
    ),
    pointsMedian: at(
      pick(({ points }) => points),
      0.5,
    ),
    glance: {
      found: glances.length,
      pointsMedian: at(
        glances.map(({ points }) => points),
        0.5,
      ),
      yawWithin2: within(
        glances.map(({ yaw }) => yaw),
        2,
      ),
      pitchWithin3: within(
        glances.map(({ pitch }) => pitch),
        3,
      ),
    },
  }
}
