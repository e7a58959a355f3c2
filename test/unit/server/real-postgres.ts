import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'

export interface RealPostgres {
  readonly version: string
  /** A pool on a database of its own. `settings` are server settings of its sessions. */
  pool(database?: string, settings?: string, user?: string): pg.Pool
  createDatabase(name: string): Promise<void>
  stop(): Promise<void>
}

const superuser = 'faceseal'

/**
 * A PostgreSQL cluster that lives as long as a test file: in a temporary folder, on a unix socket there, no TCP port.
 * `fsync` makes each commit wait for the disk. `undefined` where no server is installed.
 */
export async function startRealPostgres({ fsync = false } = {}): Promise<RealPostgres | undefined> {
  const bin = findBin()
  if (bin === undefined) return undefined
  const folder = mkdtempSync(join(tmpdir(), 'fs-pg-'))
  const owner = unprivileged()
  if (owner) chownSync(folder, owner.uid, owner.gid)
  const dataDir = join(folder, 'data')
  const as = { ...owner, cwd: folder, env: { PATH: process.env.PATH, LC_ALL: 'C', TZ: 'UTC' } }
  execFileSync(join(bin, 'initdb'), ['-D', dataDir, '-U', superuser, '-A', 'trust', '-E', 'UTF8', '--no-sync'], {
    ...as,
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const settings = ['listen_addresses=', `fsync=${fsync ? 'on' : 'off'}`, 'max_connections=160', 'shared_buffers=32MB']
  const server = spawn(
    join(bin, 'postgres'),
    ['-D', dataDir, '-k', folder, ...settings.flatMap((setting) => ['-c', setting])],
    { ...as, stdio: 'ignore' },
  )
  const remove = () => rmSync(folder, { recursive: true, force: true })
  const kill = () => void server.kill('SIGKILL')
  process.once('exit', kill)

  const pools: pg.Pool[] = []
  const pool: RealPostgres['pool'] = (database = 'postgres', options = '', user = superuser) => {
    const created = new pg.Pool({ host: folder, user, database, max: 20, ...(options && { options }) })
    created.on('error', () => undefined) // an idle connection that ends with the server
    pools.push(created)
    return created
  }
  const admin = pool()
  const version = await firstAnswer(admin)

  return {
    version,
    pool,
    async createDatabase(name) {
      await admin.query(`CREATE DATABASE ${name}`)
    },
    async stop() {
      await Promise.all(pools.map((each) => (each.ended ? undefined : each.end())))
      const ended = new Promise((resolve) => server.once('exit', resolve))
      server.kill('SIGINT') // fast shutdown
      await ended
      process.off('exit', kill)
      remove()
    },
  }
}

async function firstAnswer(admin: pg.Pool): Promise<string> {
  for (let attempt = 0; ; attempt++) {
    try {
      return (await admin.query('SHOW server_version')).rows[0].server_version
    } catch (cause) {
      if (attempt === 200) throw cause
      await sleep(50)
    }
  }
}

/** The newest installed server's programs. */
function findBin(): string | undefined {
  const debian = '/usr/lib/postgresql'
  const versions = existsSync(debian) ? readdirSync(debian).sort((a, b) => Number(b) - Number(a)) : []
  const folders = [process.env.POSTGRES_BIN, ...versions.map((version) => join(debian, version, 'bin'))]
  const found = folders.find((folder) => folder && existsSync(join(folder, 'initdb')))
  if (found) return found
  const inPath = (process.env.PATH ?? '').split(':').find((folder) => existsSync(join(folder, 'initdb')))
  return inPath
}

/** The server refuses to run as root, so root gives it another user. */
function unprivileged(): { uid: number; gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined
  const idOf = (flag: string, user: string) => Number(spawnSync('id', [flag, user], { encoding: 'utf8' }).stdout.trim())
  const user = spawnSync('id', ['postgres']).status === 0 ? 'postgres' : 'nobody'
  return { uid: idOf('-u', user), gid: idOf('-g', user) }
}
