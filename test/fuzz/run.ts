// npm run fuzz -- [--minutes N] [--target NAME] [--seed N]
// New cases for every target in turn, until the time is over; exit code 1 when one failed, hung or ran out of memory.
// A case that failed is kept in test/.artifacts/fuzz: mend the code, then move it into test/fuzz/corpus.json.
import { fork } from 'node:child_process'
import { randomInt } from 'node:crypto'
import { mkdir, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { textOf } from './corpus'
import type { FuzzReport, FuzzTask } from './run-child'

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '5' },
    target: { type: 'string' },
    seed: { type: 'string', default: String(randomInt(2 ** 31)) },
  },
})
const [minutes, seed] = [Number(values.minutes), Number(values.seed)]
if (!(minutes > 0) || !Number.isSafeInteger(seed)) {
  process.stderr.write('npm run fuzz -- [--minutes N] [--target NAME] [--seed N]\n')
  process.exit(2)
}

/** A batch takes a second or two: what is silent for this long hangs. */
const silenceMs = 120_000
const heapMegabytes = 512
const artifacts = fileURLToPath(new URL('../.artifacts/fuzz/', import.meta.url))

const cases = new Map<string, number>()
const failures: string[] = []
const heaps: number[] = []
let running = 'start'

const task: FuzzTask = { seed, until: Date.now() + minutes * 60_000, target: values.target }
const child = fork(new URL('run-child.ts', import.meta.url), {
  execArgv: ['--import', 'tsx', '--expose-gc', `--max-old-space-size=${heapMegabytes}`],
  serialization: 'advanced',
})
let alarm = setTimeout(() => {}, 0)
const watch = () => {
  clearTimeout(alarm)
  alarm = setTimeout(() => {
    failures.push(`${running}: silent for ${silenceMs / 1000} s`)
    child.kill('SIGKILL')
  }, silenceMs)
}
watch()
child.on('message', (report: FuzzReport) => {
  watch()
  if (report.kind === 'begin') running = `${report.target}, seed ${report.seed}`
  else if (report.kind === 'round') heaps.push(report.heapBytes)
  else {
    cases.set(report.target, (cases.get(report.target) ?? 0) + report.cases)
    if (report.failure) failures.push(`${running}: ${report.failure.error}\n${textOf(report.failure.input)}`)
  }
})
child.send(task)
const code = await new Promise<number | null>((done) => child.on('exit', done))
clearTimeout(alarm)
if (code !== 0 && failures.length === 0) failures.push(`${running}: the process ended with ${code}`)

const total = [...cases.values()].reduce((sum, count) => sum + count, 0)
for (const [name, count] of cases) process.stdout.write(`${name.padEnd(28)} ${count}\n`)
const megabytes = (bytes: number | undefined) => ((bytes ?? 0) / 2 ** 20).toFixed(0)
process.stdout.write(`heap after a round: first ${megabytes(heaps[0])} MB, last ${megabytes(heaps.at(-1))} MB\n`)
process.stdout.write(`${total} cases, ${failures.length} failed, seed ${seed}\n`)
if (failures.length > 0) {
  await mkdir(artifacts, { recursive: true })
  await writeFile(`${artifacts}failures-${seed}.txt`, `${failures.join('\n\n')}\n`)
  process.stderr.write(`${failures.map((text) => text.slice(0, 900)).join('\n\n')}\nin test/.artifacts/fuzz\n`)
  process.exitCode = 1
}
