import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'

const source = new URL('../../../src/', import.meta.url)

/** Every source file that an entry reaches, and every specifier that is not a file of ours. */
async function reach(entries: readonly string[]) {
  const files = new Map<string, string>()
  const outside = new Set<string>()
  const open = entries.map((entry) => new URL(entry, source))
  for (let file = open.pop(); file; file = open.pop()) {
    if (files.has(file.href)) continue
    const text = await readFile(file, 'utf8')
    files.set(file.href, text)
    for (const [, specifier] of text.matchAll(/(?:^|\s)(?:import|from)\s*\(?\s*'([^'\s,]+)'/g)) {
      if (!specifier!.startsWith('.')) outside.add(specifier!)
      else if (!specifier!.endsWith('.json')) open.push(resolveSource(specifier!, file))
    }
  }
  return { files, outside }
}

function resolveSource(specifier: string, from: URL): URL {
  const file = new URL(`${specifier}.ts`, from)
  return existsSync(file) ? file : new URL(`${specifier}/index.ts`, from)
}

test('the backend reaches nothing of Node, no driver and no other wing: it runs where fetch and WebCrypto are', async () => {
  const { files, outside } = await reach(['server/index.ts', 'server/postgres.ts'])
  expect([...outside].sort()).toEqual(['@hpke/core', 'canonicalize', 'jose', 'valibot'])
  const wings = new Set([...files.keys()].map((href) => href.slice(source.href.length).split('/')[0]))
  expect([...wings].sort()).toEqual(['policy', 'server', 'wire'])
  const nodeGlobals = [...files].filter(([, text]) => /\b(?:process|Buffer|__dirname)\b[.[]/.test(text))
  expect(nodeGlobals.map(([href]) => href)).toEqual([])
})
