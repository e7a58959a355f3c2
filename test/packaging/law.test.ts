import { spawnSync } from 'node:child_process'
import { expect, it } from 'vitest'

it('docs/law.md is current, and every id has its code and its test', () => {
  const root = new URL('../..', import.meta.url).pathname
  const result = spawnSync('npx', ['--no-install', 'tsx', 'docs/law-table.ts', '--check'], {
    cwd: root,
    encoding: 'utf8',
  })
  expect(result.status, result.stdout + result.stderr).toBe(0)
})
