import { mkdir } from 'node:fs/promises'
import { build } from 'vite'
import { workerBuild } from '../../vite.worker.config.ts'

const root = new URL('../../', import.meta.url).pathname

/** Builds scripts of a benchmark's page, a second or two: `pad/page` becomes bench/dist/pad-page.js. */
export async function buildForPage(...names: readonly string[]): Promise<void> {
  await mkdir(`${root}bench/dist`, { recursive: true })
  for (const name of names) {
    await build(workerBuild(`./bench/${name}.ts`, './bench/dist', `${name.replace('/', '-')}.js`, false))
  }
}
