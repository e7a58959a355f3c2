import { readFile, stat } from 'node:fs/promises'
import { extname, join, normalize, sep } from 'node:path'

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.wasm': 'application/wasm',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
}

/** A file below `root` as a response, or nothing. Everything else (models) is bytes. */
export async function staticFile(root: string, pathname: string): Promise<Response | undefined> {
  const decoded = decode(pathname)
  if (decoded === undefined) return undefined
  const relative = normalize(decoded).replace(/[\\/]$/, `${sep}index.html`)
  const path = join(root, relative)
  if (!path.startsWith(join(root, sep))) return undefined
  const known = await stat(path).catch(() => undefined)
  if (!known?.isFile()) return undefined
  const headers = {
    'content-type': types[extname(path)] ?? 'application/octet-stream',
    'content-length': String(known.size),
    // named by content, so never changed; everything else is asked for again
    'cache-control': /-[\w-]{8,}\.\w+$/.test(path) ? 'public, max-age=31536000, immutable' : 'no-cache',
  }
  return new Response(await readFile(path), { headers })
}

function decode(pathname: string): string | undefined {
  try {
    return decodeURIComponent(pathname)
  } catch {
    return undefined // a lone percent sign
  }
}
