import { cp, mkdir, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { CommandContext, ExitCode } from './commands'

/** `faceseal models`: the package's assets into a public folder. Only what the page checks by hash is copied (L19). */
export async function copyModels(args: readonly string[], { out, err, assets }: CommandContext): Promise<ExitCode> {
  const folder = args.find((arg) => !arg.startsWith('--'))
  if (folder === undefined) {
    err('Where to? faceseal models <folder>')
    return 2
  }
  const names = await readdir(assets).catch(() => [])
  if (names.length === 0) {
    err('The assets are not beside the command; run it from the installed package.')
    return 1
  }
  await mkdir(folder, { recursive: true })
  for (const name of names) await cp(join(assets, name), join(folder, name), { recursive: true })
  out(`${names.length} files copied to ${folder}. Give the page their address as \`assetBase\`.\n\n${headers}`)
  return 0
}

const headers = `Serve the page with
  Content-Security-Policy: default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; connect-src 'self'; style-src 'self'; img-src 'self' data: blob:; media-src 'self' blob:
  Permissions-Policy: camera=(self)
and worker.js with
  Content-Security-Policy: default-src 'none'; script-src 'wasm-unsafe-eval'; connect-src 'none'
The files keep their names and bytes: the page compares each with its pinned SHA-256 before anything starts.`
