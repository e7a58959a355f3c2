// `npm run newcomer [-- NAME… --json OUT]`: from an empty folder and the packed tarball to a verification in a real
// browser, for each framework, by the commands and files of the quick start. Needs the npm registry.
import { rm, writeFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { table } from '../../bench/common/markdown.ts'
import { frameworkNames, frameworkOf } from './frameworks.ts'
import { newPerson } from './person.ts'
import { packTarball } from './project.ts'
import { type Walk, walk } from './walk.ts'

const { values, positionals } = parseArgs({ options: { json: { type: 'string' } }, allowPositionals: true })
const wanted = frameworkNames.filter((name) => positionals.length === 0 || positionals.includes(name))
if (wanted.length < positionals.length) throw new Error(`Frameworks: ${frameworkNames.join(', ')}`)

const { folder, tarball } = await packTarball()
const person = await newPerson()
const walks: Walk[] = []
try {
  for (const name of wanted) {
    process.stderr.write(`${name} …\n`)
    walks.push(await walk(frameworkOf(name), { tarball, from: 'registry', person }))
  }
  if (person.outside.length > 0) throw new Error(`A page asked elsewhere: ${person.outside.join(', ')}`)
} finally {
  await person.leave()
  await rm(folder, { recursive: true, force: true })
}

const total = ({ seconds }: Walk) => Object.values(seconds).reduce((sum, part) => sum + part, 0)
const rows = walks.map((row) => [
  row.framework,
  ...[row.commands, row.files, row.widgetLines, row.backendFiles].map(String),
  ...Object.values(row.seconds).map((part) => part.toFixed(1)),
  (total(row) / 60).toFixed(1),
])
const head = ['framework', 'commands', 'files', 'lines around the widget', 'backend files']
process.stdout.write(
  `${table([...head, 'install s', 'init s', 'build s', 'serve s', 'enrol and verify s', 'minutes'], rows)}\n`,
)
if (values.json) await writeFile(values.json, `${JSON.stringify(walks, null, 2)}\n`)
