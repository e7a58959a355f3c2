// Builds one example as an integrator would, by the package's own exports, and serves it with the demo's backend.
import { fileURLToPath } from 'node:url'
import { build } from 'vite'
import { startDemo } from '../demo/backend.ts'

const [name = 'html'] = process.argv.slice(2)
const root = fileURLToPath(new URL(`./${name}/`, import.meta.url))
await build({ root, logLevel: 'warn', configFile: false, build: { target: 'es2022', assetsInlineLimit: 0 } })
const demo = await startDemo({ root, port: Number(process.env.PORT ?? 4173) })
process.stdout.write(`\n  ${name}: ${demo.url}\n  Ctrl+C ends it.\n\n`)
