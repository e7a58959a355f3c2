import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { extname, join, normalize, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Browser, chromium } from 'playwright-core'

/** Root of the checkout. */
export const root = fileURLToPath(new URL('../..', import.meta.url))

/** The page's policy in these tests: as strict as the README's recipe. */
export const strictCsp = [
  "default-src 'none'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "worker-src 'self'",
  "connect-src 'self'",
  "img-src 'self' blob:",
].join('; ')

/** The worker's own response: nothing but its own code and WebAssembly. */
export const workerCsp = "default-src 'none'; script-src 'wasm-unsafe-eval'; connect-src 'none'"

const places = [
  process.env.CHROME_PATH,
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/usr/bin/google-chrome-stable',
  '/snap/bin/chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
  'C:\\Program Files (x86)\\Google\\Chrome\\Application\\chrome.exe',
]

/** CHROME_PATH, then the usual places (the same as setup.mjs). Throws when there is none. */
export function findChromium(): string {
  const found = places.find((path) => path && existsSync(path))
  if (!found) throw new Error('No Chromium: set CHROME_PATH to its executable.')
  return found
}

/** Headless Chromium that talks to nobody by itself; WebGL by SwiftShader, so that it is the same on every machine. */
export function launchChromium(extraArguments: readonly string[] = []): Promise<Browser> {
  return chromium.launch({
    executablePath: findChromium(),
    args: [
      '--no-sandbox',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--no-first-run',
      '--use-angle=swiftshader',
      '--enable-unsafe-swiftshader',
      ...extraArguments,
    ],
  })
}

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.wasm': 'application/wasm',
  '.jpg': 'image/jpeg',
  '.png': 'image/png',
}

/** What a path answers: bytes or text, with further headers. */
export interface Reply {
  readonly body: string | Uint8Array
  readonly type: string
}

export interface LocalSite {
  readonly origin: string
  /** Paths that were asked for, in order. */
  readonly requests: readonly string[]
  close(): Promise<void>
}

export interface ServedPolicies {
  readonly workerCsp?: string
  readonly pageCsp?: string
  /** Further headers of every answer. */
  readonly headers?: Readonly<Record<string, string>>
}

/**
 * Serves folders of files under URL prefixes on a free loopback port, with the strict CSP on everything and the
 * worker's own on scripts whose name has `worker` in it. `pages` answer first.
 */
export async function serveFolders(
  folders: Readonly<Record<string, string>>,
  pages: Readonly<Record<string, Reply>> = {},
  policies: {
    readonly workerCsp?: string
    readonly pageCsp?: string
    readonly cacheControl?: string
    readonly headers?: Readonly<Record<string, string>>
  } = {},
): Promise<LocalSite> {
  const requests: string[] = []
  const server = createServer(async (request, response) => {
    const path = decodeURIComponent(new URL(request.url ?? '/', 'http://localhost').pathname)
    requests.push(path)
    const reply = pages[path] ?? (await fileUnder(folders, path))
    const csp = /worker[^/]*\.js$/.test(path) ? (policies.workerCsp ?? workerCsp) : (policies.pageCsp ?? strictCsp)
    response.setHeader('content-security-policy', csp)
    response.setHeader('cache-control', policies.cacheControl ?? 'no-store')
    for (const [name, value] of Object.entries(policies.headers ?? {})) response.setHeader(name, value)
    if (!reply) {
      response.writeHead(404).end()
      return
    }
    response.writeHead(200, { 'content-type': reply.type }).end(reply.body)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return {
    origin: `http://127.0.0.1:${address.port}`,
    requests,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections()
        server.close(() => resolve())
      }),
  }
}

async function fileUnder(folders: Readonly<Record<string, string>>, path: string): Promise<Reply | undefined> {
  const prefix = Object.keys(folders)
    .sort((a, b) => b.length - a.length)
    .find((candidate) => path.startsWith(candidate))
  if (prefix === undefined) return undefined
  const folder = folders[prefix] ?? ''
  const file = normalize(join(folder, path.slice(prefix.length)))
  // Never above the folder, whatever the path says.
  if (file !== folder && !file.startsWith(folder.endsWith(sep) ? folder : folder + sep)) return undefined
  const body = await readFile(file).catch(() => undefined)
  return body && { body, type: types[extname(file)] ?? 'application/octet-stream' }
}
