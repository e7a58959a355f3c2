// Bytes of code that an app loads of FaceSeal, minified, gzip -9, dependencies included:
// `npx tsx bench/size/before-grant.ts [--json OUT]`, after a build.
import { writeFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { localeTags } from '../../src/wire/locale.ts'
import { type AppChunk, bundleApp, gzipBytes, loadedBy } from './app-bundle.ts'

const root = new URL('../..', import.meta.url).pathname.replace(/\/$/, '')

const apps = {
  'headless, one function': "import { verify } from 'faceseal'\nglobalThis.start = () => verify({ baseUrl: '/face' })",
  'headless, all of it': "import * as faceseal from 'faceseal'\nglobalThis.faceseal = faceseal",
  widget: "import 'faceseal/element'",
} as const

/** One app: bytes at once, then further bytes until the consent is asked for (by locale), and those after the grant. */
export interface AppSizes {
  readonly atOnce: number
  /** Everything up to the grant, `atOnce` included; the pack is `cn`. */
  readonly beforeGrant: Readonly<Record<string, number>>
  /** Camera view, models' loader, worker's bridge. The worker itself and the models are not in it. */
  readonly afterGrant: number
}

/** By the built module that a chunk was made of: what no path reaches before the grant, in this locale and pack. */
const isLater = (chunk: AppChunk, locale: string) => {
  const made = (name: string) => chunk.modules.some((id) => id.includes(`/dist/${name}`))
  const otherLocale = localeTags.some((tag) => tag !== locale && made(`chunks/${tag}-`))
  const onCall = ['capture.js', 'chunks/settings-', 'chunks/passkey-', 'chunks/prefetch-'].some(made)
  return onCall || otherLocale || isOtherPack(chunk)
}
const isOtherPack = ({ modules }: AppChunk) => modules.some((id) => /\/dist\/chunks\/(eu|us-il)-/.test(id))

export async function appSizes(): Promise<Readonly<Record<keyof typeof apps, AppSizes>>> {
  const measured = Object.entries(apps).map(async ([name, code]) => {
    const chunks = await bundleApp(code, root)
    const before = (locale: string) => loadedBy(chunks, (chunk) => !isLater(chunk, locale))
    const known = new Set(before('en'))
    const after = loadedBy(
      chunks,
      (chunk) => !isLater(chunk, 'en') || chunk.modules.some((id) => id.endsWith('/dist/capture.js')),
    )
    return [
      name,
      {
        atOnce: gzipBytes(loadedBy(chunks)),
        beforeGrant: Object.fromEntries(localeTags.map((tag) => [tag, gzipBytes(before(tag))])),
        afterGrant: gzipBytes(after.filter((chunk) => !known.has(chunk))),
      },
    ] as const
  })
  return Object.fromEntries(await Promise.all(measured)) as Readonly<Record<keyof typeof apps, AppSizes>>
}

function table(sizes: Readonly<Record<string, AppSizes>>): string {
  const kB = (bytes: number) => (bytes / 1000).toFixed(1)
  const rows = Object.entries(sizes).map(
    ([name, { atOnce, beforeGrant, afterGrant }]) =>
      `| ${[name, kB(atOnce), ...localeTags.map((tag) => kB(beforeGrant[tag]!)), kB(afterGrant)].join(' | ')} |`,
  )
  const head = ['kB', 'at once', ...localeTags.map((tag) => `before the grant, ${tag}`), 'then']
  return [`| ${head.join(' | ')} |`, `|${head.map(() => '---|').join('')}`, ...rows].join('\n')
}

if (process.argv[1] === new URL(import.meta.url).pathname) {
  const { values } = parseArgs({ options: { json: { type: 'string' } } })
  const sizes = await appSizes()
  if (values.json) await writeFile(values.json, `${JSON.stringify(sizes, null, 2)}\n`)
  process.stdout.write(`${table(sizes)}\n`)
}
