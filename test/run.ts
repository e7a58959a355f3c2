// Runs every test project once and ends with one line that machines read: "N passed, N failed".
import { startVitest } from 'vitest/node'

const filters = process.argv.slice(2)
const vitest = await startVitest('test', filters, { run: true, watch: false, reporters: ['default'] })
const modules = vitest?.state.getTestModules() ?? []
const counts = { passed: 0, failed: 0 }
/** Only what says why it cannot run here. */
const skipped: string[] = []
for (const module of modules) {
  for (const test of module.children.allTests()) {
    const { state, ...result } = test.result()
    const note = 'note' in result ? result.note : undefined
    if (state === 'passed') counts.passed += 1
    else if (state === 'skipped' && note) skipped.push(`SKIPPED ${test.fullName}: ${note}`)
    else counts.failed += 1
  }
  // A file that could not be loaded holds no test, and must not pass in silence.
  if (module.state() === 'failed' && [...module.children.allTests()].every((test) => test.result().state === 'passed'))
    counts.failed += 1
}
const errors = vitest?.state.getUnhandledErrors().length ?? 1
counts.failed += errors
await vitest?.close()
if (counts.passed === 0) counts.failed += 1
if (skipped.length > 0) process.stdout.write(`\n${skipped.join('\n')}\n`)
process.stdout.write(`\n${counts.passed} passed, ${counts.failed} failed\n`)
process.exit(counts.failed > 0 ? 1 : 0)
