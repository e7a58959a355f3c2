import { spawnSync } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'

/** A folder of its own, for the original brings a tfjs-core that the scripts beside it must not find. */
const folder = fileURLToPath(new URL('./contestants/', import.meta.url))
export const packages = `${folder}node_modules`

/** Whether every contestant lies there in the version that package.json names. */
export async function installed(): Promise<boolean> {
  const { devDependencies } = JSON.parse(await readFile(`${folder}package.json`, 'utf8')) as {
    readonly devDependencies: Readonly<Record<string, string>>
  }
  const found = await Promise.all(
    Object.entries(devDependencies).map(async ([name, version]) => {
      const text = await readFile(`${packages}/${name}/package.json`, 'utf8').catch(() => undefined)
      return text !== undefined && JSON.parse(text).version === version
    }),
  )
  return found.every(Boolean)
}

/** The contestants, in that folder and in no lock but their own; none of their scripts is run. */
export async function installContestants(): Promise<void> {
  if (await installed()) return
  process.stderr.write('npm ci in bench/speed/contestants: the contestants, 100 MB once\n')
  const result = spawnSync('npm', ['ci', '--ignore-scripts'], { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] })
  if (result.status !== 0) throw new Error('npm ci in bench/speed/contestants failed')
}
