import { fileURLToPath } from 'node:url'
import { clipsFolder } from '../test/e2e/clips-folder.ts'
import { startDemo } from './backend.ts'

const port = Number(process.env.PORT ?? 4173)
const dataDir = process.env.FACESEAL_DEMO_DATA
const demo = await startDemo({
  port,
  root: fileURLToPath(new URL('.', import.meta.url)),
  ...(dataDir ? { dataDir } : {}),
  clips: clipsFolder,
  ...(process.env.FACESEAL_DEMO_LOG ? { log: (line) => process.stdout.write(line) } : {}),
  // FACESEAL_DEMO_LIVENESS=passive: for a camera that plays a file.
  liveness: process.env.FACESEAL_DEMO_LIVENESS === 'passive' ? 'passive' : 'active',
})
process.stdout.write(
  `\n  FaceSeal demo: ${demo.url}\n  Ctrl+C ends it${dataDir ? '' : '; its database lives in memory only'}.\n\n`,
)

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => void demo.close().then(() => process.exit(0)))
}
