// Runs every test project once and ends with one line that machines read: "N passed, N failed".
import { startVitest } from 'vitest/node'

const filters = process.argv.slice(2)
const vitest = await startVitest('test', filters, { run: true, watch: false, reporters: ['default'] })
const modules = vitest?.state.getTestModules() ?? []
const counts = { passed: 0, failed: 0 }
for (const module of modules) {
  for (const test of module.children.allTests()) {
    const { state } = test.result()
    if (state === 'passed') counts.passed += 1
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
process.stdout.write(`\n${counts.passed} passed, ${counts.failed} failed\n`)
process.exit(counts.failed > 0 ? 1 : 0)
