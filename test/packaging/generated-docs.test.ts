import { spawnSync } from 'node:child_process'
import { expect, it } from 'vitest'

const root = new URL('../..', import.meta.url).pathname

it.each([
  ['docs/law.md is current, and every id has its code and its test', 'docs/law-table.ts'],
  ['docs/errors.md says what the catalogue of errors and its words say', 'docs/error-catalogue.ts'],
  ['docs/models.md says what the manifest of the models says', 'docs/model-cards.ts'],
])('%s', (_, script) => {
  const result = spawnSync('npx', ['--no-install', 'tsx', script, '--check'], { cwd: root, encoding: 'utf8' })
  expect(result.status, result.stdout + result.stderr).toBe(0)
})
