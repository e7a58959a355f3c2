// Writes docs/engines.md from what test/browser/engines saw: `npm test -- engines && npx tsx docs/engines.ts`.
import { readFile, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import type { EngineResult } from '../test/browser/engines/engines-page.ts'

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url))
const results = JSON.parse(await readFile(at('../test/.artifacts/engines/results.json'), 'utf8')) as Readonly<
  Record<string, EngineResult>
>
const names = Object.keys(results)
const [reference] = names

/** Feature → what an engine showed of it. */
const rows: Readonly<Record<string, (result: EngineResult) => string>> = {
  'version tried': ({ engine }) => /(?:Chrome|Firefox|Version)\/([\d.]+)/.exec(engine)?.[1] ?? engine,
  'known answers of `srht-sign/v1`, to the bit': ({ answers = [] }) => `${answers.length} of ${answers.length}`,
  'worker under its own policy, names removed by the airlock': ({ worker }) => `${worker?.removed.length}`,
  'compute backend': ({ worker }) => `${worker?.backend}${worker?.simd ? ', SIMD' : ''}`,
  'detector chosen (`mediapipe` needs WebGL 2 in the worker)': ({ worker }) => `${worker?.detector}`,
  'photo to sealed envelope, opened by another implementation': ({ worker }) => (worker?.envelope ? 'yes' : 'no'),
  [`embedding of a photo, cosine to ${reference}'s, same detector`]: ({ cosine }) => `${cosine?.common.toFixed(5)}`,
  'the same, each with the detector it chose': ({ cosine }) => `${cosine?.own.toFixed(5)}`,
  'keys and rows in IndexedDB, found again': ({ store }) => (store?.persistent && store.sameKey ? 'yes' : 'no'),
  'consent dialog opens; refusing is recorded': ({ consent }) => (consent?.receipts === 1 ? 'yes' : 'no'),
  ...Object.fromEntries(
    [
      ['MediaStreamTrackProcessor', 'frames reach the worker directly (else by `requestVideoFrameCallback`)'],
      ['requestVideoFrameCallback', 'frame callbacks of the preview'],
      ['BroadcastChannel', 'a withdrawal in another tab is heard at once'],
      ['PublicKeyCredential', 'passkeys'],
      ['trustedTypes', 'Trusted Types'],
      ['speechSynthesis', 'voices for reading aloud'],
    ].map(([api, feature]) => [
      `${feature}: \`${api}\``,
      ({ present = [] }: EngineResult) => (present.includes(`${api}`) ? 'yes' : 'no'),
    ]),
  ),
}

const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
const page = `# Engines

<!-- Written by docs/engines.ts from the results of test/browser/engines. -->

What each engine did when it opened the page of \`test/browser/engines\`: headless, on Linux, on a shared 2-core x86-64 machine
without GPU, with a still photo as input (one photo; cosines carry no interval). Chromium and Firefox are Debian's packages, WebKit is WebKitGTK's
MiniBrowser; Safari itself was not tried. The camera path, the whole conversation with a backend and the faults are tested in
Chromium only. \`npm test -- engines && npx tsx docs/engines.ts\` writes this page anew.

${line(['', ...names])}
${line(['---', ...names.map(() => '---')])}
${Object.entries(rows)
  .map(([feature, show]) => line([feature, ...names.map((name) => show(results[name] as EngineResult))]))
  .join('\n')}
`
await writeFile(at('./engines.md'), page)
