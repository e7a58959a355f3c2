import { appendFile, constants, copyFile, mkdir, readFile, stat, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { generateServerKeys } from '../server/keys'
import type { Command } from './command'

/** `faceseal init`: what a first backend needs, in files of the integrator's own. Never over a file that is there. */
export const initCommand: Command = {
  usage: `faceseal init <folder> [--next] [--json]
    Writes keys.json (secret keys), policy.json (an example to fill in) and server.mjs (a backend in one file) into a
    project; with --next a route handler of Next.js instead of server.mjs. A file that exists stays as it is; only
    .gitignore gets a line for keys.json.
    Exit code 1 when the templates are not beside the command, or the folder cannot be written.`,
  takes: [],
  flags: ['next', 'json'],
  positionals: 1,
  async run({ flags, positionals }, { out, err, assets }) {
    const folder = positionals[0]!
    const templates = join(assets, '..', 'init')
    if (!(await exists(templates))) {
      err('The templates are not beside the command; run it from the installed package.')
      return 1
    }
    const backend = flags.has('next')
      ? { template: 'route.js', file: join((await exists(join(folder, 'src/app'))) ? 'src' : '', routeFile) }
      : { template: 'server.mjs', file: 'server.mjs' }
    const files: readonly (readonly [file: string, write: (path: string) => Promise<void>])[] = [
      ['keys.json', writeKeys],
      ['policy.json', (path) => copyNew(join(templates, 'policy.json'), path)],
      [backend.file, (path) => copyNew(join(templates, backend.template), path)],
    ]
    await mkdir(folder, { recursive: true })
    await ignoreKeys(join(folder, '.gitignore'))
    const written: string[] = []
    for (const [file, write] of files) {
      const path = join(folder, file)
      await mkdir(dirname(path), { recursive: true })
      if (await isNew(write(path))) written.push(file)
    }
    const kept = files.map(([file]) => file).filter((file) => !written.includes(file))
    if (flags.has('json')) out(JSON.stringify({ folder, written, kept }, null, 2))
    else out([...written.map((file) => `${file}: written`), ...kept.map((file) => `${file}: kept`), advice].join('\n'))
    return 0
  },
}

const routeFile = join('app', 'face', '[...path]', 'route.js')

const advice = `
keys.json is secret: .gitignore keeps it out of version control; for real use keep it in a secret store.
policy.json is an example: put your name, purpose and other way in. \`faceseal lint-policy policy.json\` says what is missing.`

async function writeKeys(path: string): Promise<void> {
  const keys = await generateServerKeys({ suites: ['P256'] })
  await writeFile(path, `${JSON.stringify(keys, null, 2)}\n`, { mode: 0o600, flag: 'wx' })
}

function copyNew(from: string, to: string): Promise<void> {
  return copyFile(from, to, constants.COPYFILE_EXCL)
}

/** Whether a write that goes over nothing found nothing there: asked of the write itself, not before it. */
async function isNew(write: Promise<void>): Promise<boolean> {
  try {
    await write
    return true
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false
    throw error
  }
}

/** Before the keys are there, so that no commit takes them along. */
async function ignoreKeys(path: string): Promise<void> {
  const text = (await exists(path)) ? await readFile(path, 'utf8') : ''
  if (text.split(/\r?\n/).some((line) => /^\/?keys\.json\s*$/.test(line))) return
  await appendFile(path, `${text === '' || text.endsWith('\n') ? '' : '\n'}keys.json\n`)
}

async function exists(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined)) !== undefined
}
