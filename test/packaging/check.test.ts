import { spawnSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'

const root = new URL('../..', import.meta.url).pathname

/** `npm run check`, part by part, so that a failure names its part. */
const parts: readonly (readonly [name: string, command: string])[] = [
  ['format and lint', 'biome ci --colors=off .'],
  ['types, one project per thread', 'tsc -b'],
  ['types of tests, demo, bench and models', 'tsc -p tsconfig.tools.json'],
  ['types of the site', 'tsc -p docs'],
  ['publint', 'publint --strict'],
  ['are the types wrong', 'attw --pack . --profile esm-only --no-color'],
  ['sizes', 'size-limit'],
  ['unused code', 'knip --no-progress'],
]

describe('npm run check', () => {
  it.each(parts)('%s', (_name, command) => {
    const [tool = '', ...args] = command.split(' ')
    const result = spawnSync('npx', ['--no-install', tool, ...args], { cwd: root, encoding: 'utf8' })
    expect(result.status, `${command}\n${result.stdout}\n${result.stderr}`).toBe(0)
  })
})
