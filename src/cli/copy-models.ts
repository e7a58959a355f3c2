import { cp, mkdir, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Command } from './command'

/** `faceseal models`: the package's assets into a public folder. Only what the page checks by hash is copied (L19). */
export const modelsCommand: Command = {
  usage: `faceseal models <folder> [--json]
    Copies models and wasm into a public folder, for \`assetBase\`, and prints the headers to serve them with.
    Exit code 1 when the assets are not beside the command, or the folder cannot be written.`,
  takes: [],
  flags: ['json'],
  positionals: 1,
  async run({ flags, positionals }, { out, err, assets }) {
    const folder = positionals[0]!
    const names = await readdir(assets).catch(() => [])
    if (names.length === 0) {
      err('The assets are not beside the command; run it from the installed package.')
      return 1
    }
    await mkdir(folder, { recursive: true })
    for (const name of names) await cp(join(assets, name), join(folder, name), { recursive: true })
    if (flags.has('json')) out(JSON.stringify({ folder, files: names.sort(), headers }, null, 2))
    else out(`${names.length} files copied to ${folder}. Give the page their address as \`assetBase\`.\n\n${advice}`)
    return 0
  },
}

/** For the page, the copied files, and worker.js. */
const headers = {
  page: {
    'Content-Security-Policy':
      "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; connect-src 'self'; style-src 'self'; img-src 'self' data: blob:; media-src 'self' blob:",
    'Permissions-Policy': 'camera=(self)',
  },
  // Long: what the browser holds is checked by its hash, and fetched anew where it is of an earlier version. Not for caches
  // on the way: they may answer that from their own.
  models: { 'Cache-Control': 'private, max-age=31536000' },
  worker: {
    'Content-Security-Policy': "default-src 'none'; script-src 'wasm-unsafe-eval'; connect-src 'none'",
  },
} as const

const lines = (named: Readonly<Record<string, string>>) =>
  Object.entries(named)
    .map(([name, value]) => `  ${name}: ${value}`)
    .join('\n')

const advice = `Serve the page with
${lines(headers.page)}
the copied files with
${lines(headers.models)}
and worker.js with
${lines(headers.worker)}
The files keep their names and bytes: the page compares each with its pinned SHA-256 before anything starts.`
