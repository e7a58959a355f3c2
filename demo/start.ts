import { spawn } from 'node:child_process'
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

// In a process of its own: drawing takes a minute the first time, and the page is there meanwhile.
const clips = spawn(process.execPath, ['--import', 'tsx', 'test/e2e/prepare-clips.ts'], {
  cwd: fileURLToPath(new URL('..', import.meta.url)),
  stdio: ['ignore', 'ignore', 'pipe'],
})
let trouble = ''
clips.stderr.on('data', (chunk) => {
  trouble = `${trouble}${chunk}`.slice(-2000)
})
clips.on('exit', (code) => {
  if (code)
    process.stdout.write(`  No recorded faces for the scenarios, the camera is used (npm run clips):\n${trouble}\n`)
})

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    clips.removeAllListeners('exit').kill()
    void demo.close().then(() => process.exit(0))
  })
}
