import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { findChromium } from '../harness'

/** A browser that opens one address, without a driver: the page posts its answers itself. */
export interface Engine {
  readonly name: 'Chromium' | 'Firefox' | 'WebKit'
  /** Where it may be. */
  places(): readonly (string | undefined)[]
  /** Part of its user agent that no other of the three has. */
  readonly mark: RegExp
  command(path: string, profile: string, address: string): readonly [program: string, ...args: string[]]
}

/** On Debian all three, which setup.mjs installs as root; elsewhere those that are there. */
export function engines(): readonly Engine[] {
  const all = existsSync('/etc/debian_version')
  return known.filter(({ places }) => all || places().some((path) => path && existsSync(path)))
}

const known: readonly Engine[] = [
  {
    name: 'Chromium',
    places: () => [findChromium()],
    mark: /Chrome\//,
    command: (path, profile, address) => [
      path,
      ...['--headless', '--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking'],
      ...[`--user-data-dir=${profile}`, address],
    ],
  },
  {
    name: 'Firefox',
    places: () => [process.env.FIREFOX_PATH, '/usr/bin/firefox-esr', '/usr/bin/firefox'],
    mark: /Firefox\//,
    command: (path, profile, address) => [path, ...['--headless', '--no-remote', '--profile', profile, address]],
  },
  {
    name: 'WebKit',
    places: () => [process.env.MINIBROWSER_PATH, ...miniBrowsers()],
    mark: /^(?!.*Chrome\/).*AppleWebKit\//,
    command: (path, _profile, address) => ['xvfb-run', '-a', path, address],
  },
]

/** Opens the address in a new profile; `close` ends it with everything it started. */
export async function open(engine: Engine, address: string): Promise<{ close(): Promise<void> }> {
  const profile = await mkdtemp(join(tmpdir(), 'faceseal-engine-'))
  const path = engine.places().find((candidate) => candidate && existsSync(candidate))
  if (!path) throw new Error(`${engine.name} is not installed: node setup.mjs --test`)
  const [program, ...args] = engine.command(path, profile, address)
  // A group of its own, so that the helpers of a browser end with it.
  const child = spawn(program, args, { detached: true, stdio: 'ignore', env: { ...process.env, HOME: profile } })
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()).once('error', () => resolve()))
  return {
    close: async () => {
      endGroup(child)
      await ended
      await rm(profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 })
    },
  }
}

function endGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return
  try {
    process.kill(-pid, 'SIGKILL')
  } catch {
    // Already gone.
  }
}

/** Debian keeps WebKitGTK's small browser beside the library, below the architecture's name. */
function miniBrowsers(): readonly string[] {
  const libraries = '/usr/lib'
  if (!existsSync(libraries)) return []
  return readdirSync(libraries).flatMap((name) =>
    ['webkit2gtk-4.1', 'webkit2gtk-4.0'].map((folder) => join(libraries, name, folder, 'MiniBrowser')),
  )
}
