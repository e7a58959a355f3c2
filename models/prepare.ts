import { writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { fileIndexOf, type Manifest } from './manifest-schema.js'
import { PrepareError } from './prepare-error.js'
import { checkModels, prepareModels, rebuildModels } from './prepare-models.js'

/**
 * `npm run setup`: builds models/dist from pinned npm packages. `--check` only verifies what is there;
 * `--update-manifest` (maintainers) builds anew and writes the resulting hashes to manifest.json and files.json.
 */
async function main(args: readonly string[]): Promise<void> {
  const [mode, ...rest] = args
  if (rest.length > 0 || (mode !== undefined && mode !== '--check' && mode !== '--update-manifest')) {
    throw new PrepareError('usage', `Unknown arguments: ${args.join(' ')}`)
  }
  // Imported here, so that a damaged manifest is reported like every other fault.
  const { manifest } = await import('./manifest.js')
  const outputDirectory = pathOf('dist')
  const options = {
    manifest,
    outputDirectory,
    cacheDirectory: pathOf('.cache'),
    report: console.log,
    signal: stop.signal,
  }

  if (mode === '--check') {
    await checkModels(manifest, outputDirectory)
    console.log('models/dist is complete')
  } else if (mode === '--update-manifest') {
    await writeManifest(await rebuildModels(options))
    console.log('models/manifest.json and models/files.json are written; look at the difference before committing it')
  } else {
    const written = await prepareModels(options)
    console.log(
      written.length > 0 ? `models/dist is complete (${written.length} files written)` : 'models/dist is complete',
    )
  }
}

async function writeManifest(manifest: Manifest): Promise<void> {
  const json = (value: unknown): string =>
    // Short lists of numbers stay on one line, as the formatter has them.
    `${JSON.stringify(value, null, 2).replaceAll(/\[[\s\d.,-]+\]/g, (list) => list.replaceAll(/\s+/g, ' ').replace('[ ', '[').replace(' ]', ']'))}\n`
  await writeFile(pathOf('manifest.json'), json(manifest))
  await writeFile(pathOf('files.json'), json(fileIndexOf(manifest)))
}

const pathOf = (name: string): string => fileURLToPath(new URL(name, import.meta.url))
const stop = new AbortController()
process.once('SIGINT', () => stop.abort())

try {
  await main(process.argv.slice(2))
} catch (error) {
  if (!(error instanceof PrepareError)) throw error
  console.error(`error  ${error.code}: ${error.message}\n       ${error.remedy}`)
  process.exitCode = 1
}
