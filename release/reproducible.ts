// `npm run reproducible`: two fresh clones of the last commit, at different paths, times and time zones, are built and
// packed; the tarballs must be the same to the byte. `--out FOLDER` keeps one of them. Needs an installed checkout and its models, which both clones get as
// they are (hard links where the file system has them); no network. npm packs each file with its permissions, so the
// usual umask (022) is part of the recipe.
import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs, promisify } from 'node:util'

const root = fileURLToPath(new URL('..', import.meta.url))
const { out } = parseArgs({ options: { out: { type: 'string' } } }).values
const run = promisify(execFile)
const folder = realpathSync(mkdtempSync(join(tmpdir(), 'faceseal-twice-')))
const clones = [
  { path: 'a', zone: 'UTC' },
  { path: 'elsewhere/another name', zone: 'Asia/Shanghai' },
] as const

try {
  // At once, for two cores; each then ends at a time of its own.
  const hashes = await Promise.all(clones.map(hashOfClone))
  if (new Set(hashes).size !== 1) throw new Error('The two tarballs differ.')
  if (out !== undefined) keep(out)
} finally {
  rmSync(folder, { recursive: true, force: true })
}

function keep(target: string): void {
  const packed = join(folder, clones[0].path, 'packed')
  mkdirSync(target, { recursive: true })
  for (const tarball of readdirSync(packed)) copyFileSync(join(packed, tarball), join(target, tarball))
}

async function hashOfClone({ path, zone }: (typeof clones)[number]): Promise<string> {
  const place = join(folder, path)
  mkdirSync(dirname(place), { recursive: true })
  const env = { ...process.env, TZ: zone, ROOT: root, PLACE: place }
  const sh = (script: string, cwd = place) => run('sh', ['-c', `umask 022; ${script}`], { cwd, env })
  await sh('git clone -q "$ROOT" "$PLACE"', folder)
  await sh('cp -al "$ROOT/node_modules" . 2>/dev/null || { rm -rf node_modules; cp -a "$ROOT/node_modules" .; }')
  await sh('mkdir -p models && cp -r "$ROOT/models/dist" models/dist')
  await sh('node node_modules/tsx/dist/cli.mjs build.ts --package')
  await sh('mkdir packed && npm pack --ignore-scripts --dry-run=false --loglevel=error --pack-destination packed')
  const [tarball = ''] = readdirSync(join(place, 'packed'))
  const hash = createHash('sha256')
    .update(readFileSync(join(place, 'packed', tarball)))
    .digest('hex')
  process.stdout.write(`${hash}  ${tarball}  ${zone}\n`)
  return hash
}
