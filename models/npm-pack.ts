import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { PrepareError } from './prepare-error.js'

/** Puts the tarball of `name@version` into the directory `destination`. */
export type Pack = (specifier: string, destination: string, signal?: AbortSignal) => Promise<void>

/** What npm writes when no registry answers. */
export const unreachable =
  /\b(ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ENETUNREACH|ETIMEDOUT|ENOTCACHED|ERR_SOCKET_TIMEOUT)\b/

/**
 * `npm pack`: the person's own npm client, with the registry, proxy and cache that it is configured for.
 * Throws `offline`, `npm_missing`, `package_unavailable` or `aborted`.
 */
export const npmPack: Pack = (specifier, destination, signal) =>
  new Promise((resolve, reject) => {
    // --dry-run=false: inside `npm publish --dry-run` the flag is inherited, and nothing would be written.
    const options = ['--pack-destination', destination, '--dry-run=false', '--ignore-scripts', '--loglevel=error']
    const [command, ...before] = npmCommand()
    const child = spawn(command, [...before, 'pack', specifier, ...options], {
      stdio: ['ignore', 'ignore', 'pipe'],
      ...(signal && { signal }),
    })
    let complaint = ''
    child.stderr.setEncoding('utf8')
    child.stderr.on('data', (text: string) => {
      complaint = (complaint + text).slice(-4000)
    })
    child.on('error', (cause: NodeJS.ErrnoException) => {
      if (cause.name === 'AbortError') return reject(new PrepareError('aborted', `Stopped while fetching ${specifier}`))
      reject(new PrepareError('npm_missing', 'npm could not be started', { cause }))
    })
    child.on('close', (exitCode) => {
      if (exitCode === 0) return resolve()
      const code = unreachable.test(complaint) ? 'offline' : 'package_unavailable'
      reject(new PrepareError(code, `npm pack ${specifier} failed:\n${complaint.trim()}`))
    })
  })

/** npm's own script run by this Node: `npm` is a batch file on Windows, which cannot be started without a shell. */
function npmCommand(): [string, ...string[]] {
  const bin = dirname(process.execPath)
  const script = [
    process.env.npm_execpath ?? '',
    join(bin, 'node_modules', 'npm', 'bin', 'npm-cli.js'),
    join(bin, '..', 'lib', 'node_modules', 'npm', 'bin', 'npm-cli.js'),
  ].find((path) => path.endsWith('npm-cli.js') && existsSync(path))
  return script ? [process.execPath, script] : ['npm']
}
