import { spawn } from 'node:child_process'
import { mkdir, mkdtemp, readdir, readFile, realpath, rm, symlink, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { npmPack } from '../../models/npm-pack.ts'
import { root } from '../browser/harness.ts'
import { type Framework, filesOf } from './frameworks.ts'

/** A line of output is kept for the message when something fails. */
const keptOutput = 6000

/** `npm pack` of this checkout. The folder is the caller's to remove. */
export async function packTarball(): Promise<{ readonly folder: string; readonly tarball: string }> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'faceseal-packed-')))
  await npmPack(root, folder)
  const [name = ''] = await readdir(folder)
  return { folder, tarball: join(folder, name) }
}

/** An empty folder that becomes a project, a command and a file at a time. */
export interface Project {
  readonly folder: string
  /** Throws with the output of a command that fails. */
  type(command: string): Promise<void>
  write(files: ReadonlyMap<string, string>): Promise<void>
  /** Starts the command that serves; answers the address once it does. */
  serve(command: string): Promise<string>
  remove(): Promise<void>
}

export async function emptyProject(): Promise<Project> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'faceseal-newcomer-')))
  let stop: () => Promise<void> = async () => undefined
  return {
    folder,
    type: (command) => run(command, folder),
    async write(files) {
      for (const [path, text] of files) {
        await mkdir(dirname(join(folder, path)), { recursive: true })
        await writeFile(join(folder, path), text)
      }
    },
    async serve(command) {
      const port = await freePort()
      const server = start(command, folder, { PORT: String(port) })
      stop = async () => {
        server.stop()
        await server.ended
      }
      const url = `http://localhost:${port}`
      await Promise.race([answers(url), server.ended.then((said) => Promise.reject(new Error(`${command}\n${said}`)))])
      return url
    },
    async remove() {
      await stop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/**
 * What `npm install` of the tarball and of packages that this checkout has anyway comes to, without a registry: the
 * tarball unpacked, the rest linked.
 */
export async function installByLinks({ folder, type }: Project, tarball: string): Promise<void> {
  const modules = join(folder, 'node_modules')
  await mkdir(join(modules, 'faceseal'), { recursive: true })
  await type(`tar -xzf ${JSON.stringify(tarball)} -C node_modules/faceseal --strip-components=1`)
  const theirs = join(root, 'node_modules')
  const names = (await readdir(theirs)).filter((name) => !name.startsWith('.') && name !== 'faceseal')
  await Promise.all(names.map((name) => symlink(join(theirs, name), join(modules, name))))
  await mkdir(join(modules, '.bin'))
  await symlink('../faceseal/dist/cli.js', join(modules, '.bin', 'faceseal'))
  for (const name of await readdir(join(theirs, '.bin')))
    await symlink(join(theirs, '.bin', name), join(modules, '.bin', name))
  await writeFile(join(folder, 'package.json'), '{"private":true,"type":"module"}\n')
}

/** The command with the tarball in place of the name, as before the package is published. */
export function fromTarball({ commands }: Framework, tarball: string): string {
  const quick =
    '--no-audit --no-fund --prefer-offline --fetch-retries=1 --fetch-retry-maxtimeout=2000 --fetch-retry-mintimeout=1000 --fetch-timeout=20000'
  return `${commands.install.replace(/\bfaceseal\b/, JSON.stringify(tarball))} ${quick}`
}

/**
 * What is written by hand. One word of the backend is changed, and only for the test: a recording cannot do as it is
 * told, so it is asked for no movements.
 */
export async function writeByHand(project: Project, framework: Framework): Promise<number> {
  const files = await filesOf(framework)
  await project.write(files)
  const path = join(project.folder, framework.backend)
  const backend = await readFile(path, 'utf8')
  const passive = backend.replace("level: 'active'", "level: 'passive'")
  if (passive === backend) throw new Error(`${framework.backend} asks for no movements`)
  await writeFile(path, passive)
  return files.size
}

async function run(command: string, folder: string): Promise<void> {
  const { ended, code } = start(command, folder)
  const said = await ended
  if ((await code) !== 0) throw new Error(`${command}\n${said}`)
}

function start(command: string, cwd: string, further: Readonly<Record<string, string>> = {}) {
  // Of the tests' own environment a newcomer has nothing; Next.js would send metrics.
  const { NODE_ENV: _env, NODE_OPTIONS: _options, VITEST: _vitest, ...env } = process.env
  const child = spawn(command, {
    cwd,
    shell: true,
    detached: true, // a group of its own, so that what a command starts ends with it
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...env, NEXT_TELEMETRY_DISABLED: '1', CI: '1', ...further },
  })
  let said = ''
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      said = (said + text).slice(-keptOutput)
    })
  const code = new Promise<number>((resolve) => child.on('close', (status) => resolve(status ?? 1)))
  return {
    code,
    ended: code.then(() => said),
    stop: () => {
      if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid)
    },
  }
}

async function answers(url: string): Promise<void> {
  for (;;) {
    if (
      await fetch(url).then(
        ({ ok }) => ok,
        () => false,
      )
    )
      return
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' ? (address?.port ?? 0) : 0))
    })
  })
}
