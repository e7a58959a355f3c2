// npm run looks: takes every fingerprint anew, after a change of looks that is meant. Read the difference before you commit it.
import { readFile, writeFile } from 'node:fs/promises'
import { type Fingerprint, faultsOf, fingerprintOf } from './fingerprint.ts'
import { looks, nameOf } from './looks.ts'
import { openLookStage } from './site.ts'

const file = new URL('./fingerprints.json', import.meta.url)
const stage = await openLookStage()
const taken: Record<string, Fingerprint> = {}
for (const look of looks) {
  const page = await stage.show(look)
  taken[nameOf(look)] = await fingerprintOf(page)
  for (const fault of await faultsOf(page)) process.stdout.write(`${nameOf(look)}: ${fault}\n`)
  await page.context().close()
}
await stage.close()
const before = await readFile(file, 'utf8').catch(() => '')
// One line for each part and row: a change reads well.
const text = JSON.stringify(taken, null, 1).replace(
  /\[\s+([^[\]{}]*?)\s+\]/g,
  (_, inner: string) => `[${inner.replace(/\s*\n\s*/g, ' ')}]`,
)
await writeFile(file, `${text}\n`)
process.stdout.write(
  `${looks.length} looks, ${text.length} bytes, ${before.trim() === text ? 'as before' : 'changed'}\n`,
)
