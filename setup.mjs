// Sets up a fresh clone: packages, a browser and a database for the tests, models, build. Plain node, no dependency,
// because it runs before anything is installed. Safe to run again: whatever is there and current is left alone.
//
//   node setup.mjs            what `npm start` needs: packages, models, build
//   node setup.mjs --test     the same, and what `npm test` needs: Chromium, Firefox, WebKit, PostgreSQL

import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(fileURLToPath(import.meta.url))
const forTests = process.argv.includes('--test')

checkNode()
installPackages()
if (forTests) {
  ensureChromium()
  ensureOtherEngines()
  ensurePostgres()
  ensureOpenssl()
}
prepareModels()
build()

function checkNode() {
  const [major, minor] = process.versions.node.split('.').map(Number)
  if (major > 20 || (major === 20 && minor >= 19)) return
  fail(`Node ${process.versions.node} is too old.`, 'Install Node 20.19 or newer.')
}

function installPackages() {
  const wanted = digest(['package-lock.json'])
  if (readStamp('packages') === wanted && existsSync(join(root, 'node_modules', 'vite'))) return
  say('Installing packages (npm ci) …')
  // No package of ours needs an install script; none is run.
  run(
    npm(),
    ['ci', '--ignore-scripts', '--no-audit', '--no-fund'],
    'Check the connection to your npm registry and run again.',
  )
  writeStamp('packages', wanted)
}

function ensureChromium() {
  if (findChromium()) return
  installDebianPackage('chromium', 'Install Chromium or Chrome, or set CHROME_PATH to its executable.')
  if (!findChromium())
    fail('No Chromium was found.', 'Install Chromium or Chrome, or set CHROME_PATH to its executable.')
}

/** The same places as test/browser/harness.ts looks in. */
function findChromium() {
  const candidates = [
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
  return candidates.find((path) => path && existsSync(path))
}

/** Firefox and WebKitGTK, for test/browser/engines. Only Debian has the latter as a browser; elsewhere it is left out. */
function ensureOtherEngines() {
  if (!existsSync('/etc/debian_version')) return
  const wanted = {
    'firefox-esr': process.env.FIREFOX_PATH || existsSync('/usr/bin/firefox-esr') || existsSync('/usr/bin/firefox'),
    'webkit2gtk-driver': process.env.MINIBROWSER_PATH || existsSync('/usr/bin/WebKitWebDriver'),
    xvfb: existsSync('/usr/bin/xvfb-run'),
    xauth: existsSync('/usr/bin/xauth'),
  }
  for (const [name, there] of Object.entries(wanted))
    if (!there) installDebianPackage(name, `Install Debian's ${name}.`)
}

function ensurePostgres() {
  const folder = '/usr/lib/postgresql'
  if (process.env.POSTGRES_BIN || (existsSync(folder) && readdirSync(folder).length > 0)) return
  if (spawnSync('initdb', ['--version']).status === 0) return
  installDebianPackage(
    'postgresql',
    'Install PostgreSQL 15 or newer, or set POSTGRES_BIN to the folder that holds initdb.',
  )
}

/** The tests' own time-stamping authority (RFC 3161). */
function ensureOpenssl() {
  if (spawnSync('openssl', ['version']).status === 0) return
  installDebianPackage('openssl', 'Install openssl.')
}

function installDebianPackage(name, otherwise) {
  const isDebian = existsSync('/etc/debian_version')
  const isRoot = process.getuid?.() === 0
  if (!isDebian || !isRoot) fail(`${name} is not installed.`, otherwise)
  say(`Installing Debian's ${name} …`)
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  const install = () =>
    spawnSync('apt-get', ['install', '-y', '--no-install-recommends', name], {
      env,
      stdio: ['ignore', 'ignore', 'inherit'],
    })
  if (install().status === 0) return
  // A new machine has no package lists yet.
  spawnSync('apt-get', ['update'], { env, stdio: 'ignore' })
  if (install().status !== 0) fail(`apt-get could not install ${name}.`, otherwise)
}

function prepareModels() {
  run(
    process.execPath,
    [tsx(), 'models/prepare.ts'],
    'The message above says what is missing; run again when it is mended.',
  )
}

function build() {
  const wanted = digest(['package-lock.json', 'package.json', 'build.ts', 'models/manifest.json', ...sources()])
  if (readStamp('build') === wanted && existsSync(join(root, 'dist', 'index.js'))) return
  say('Building …')
  run(process.execPath, [tsx(), 'build.ts'], 'The build failed; the message above names the file.')
  writeStamp('build', wanted)
}

function sources() {
  const configs = readdirSync(root).filter((name) => /^(tsconfig|vite\.).*\.(json|ts)$/.test(name))
  return [...configs, ...['src', 'demo', 'models', 'release', 'examples/init'].flatMap(filesBelow)].sort()
}

function filesBelow(folder) {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = `${folder}/${entry.name}`
    if (entry.name === 'dist' || entry.name.startsWith('.')) return []
    return entry.isDirectory() ? filesBelow(path) : [path]
  })
}

function digest(files) {
  const hash = createHash('sha256')
  for (const file of files) {
    const path = join(root, file)
    if (!existsSync(path) || !statSync(path).isFile()) continue
    hash.update(`${file}\0`).update(readFileSync(path)).update('\0')
  }
  return hash.digest('hex')
}

function stampPath(name) {
  return join(root, 'node_modules', `.faceseal-${name}`)
}

function readStamp(name) {
  return existsSync(stampPath(name)) ? readFileSync(stampPath(name), 'utf8') : ''
}

function writeStamp(name, value) {
  mkdirSync(dirname(stampPath(name)), { recursive: true })
  writeFileSync(stampPath(name), value)
}

function tsx() {
  return join(root, 'node_modules', 'tsx', 'dist', 'cli.mjs')
}

function npm() {
  return process.platform === 'win32' ? 'npm.cmd' : 'npm'
}

function run(command, args, remedy) {
  const result = spawnSync(command, args, {
    cwd: root,
    stdio: 'inherit',
    shell: process.platform === 'win32' && command === npm(),
  })
  if (result.status !== 0) fail(`\`${[command.split('/').pop(), ...args].join(' ')}\` failed.`, remedy)
}

function say(text) {
  process.stdout.write(`setup: ${text}\n`)
}

function fail(what, remedy) {
  process.stderr.write(`\nsetup: ${what}\n       ${remedy}\n`)
  process.exit(1)
}
