import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { rolldown } from 'rolldown'
import { build } from 'vite'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { workerBuild } from '../../../vite.worker.config'
import { createLab } from '../../e2e/lab'
import { readVectors, vectorsFile } from '../../unit/worker/srht-vectors'
import { root, workerCsp } from '../harness'
import { assetFiles, createSealing } from '../worker/lab'
import { preparePhotos } from '../worker/photos'
import { engines, open } from './engines'
import type { Answers, EngineResult, Task } from './engines-page'

const artifacts = `${root}test/.artifacts/engines`
/** What docs/engines.ts makes its table of. */
const resultsFile = `${artifacts}/results.json`
const photo = 'franck_01829.jpg'

let server: Server
let origin: string
let sealing: Awaited<ReturnType<typeof createSealing>>
let arrived: (answers: Answers) => void = () => undefined
const results: Record<string, EngineResult> = {}

beforeAll(async () => {
  await mkdir(artifacts, { recursive: true })
  await build(workerBuild('./test/browser/engines/embedding-worker.ts', artifacts, 'embedding-worker.js'))
  const page = await rolldown({
    input: `${root}test/browser/engines/engines-page.ts`,
    platform: 'browser',
    onLog: () => undefined,
  })
  await page.write({ file: `${artifacts}/engines-page.js`, format: 'esm', codeSplitting: false })
  await page.close()
  sealing = await createSealing()
  const photos = await preparePhotos()
  const { vectors } = JSON.parse(await readFile(vectorsFile, 'utf8')) as Pick<Task, 'vectors'>
  const script = 'text/javascript'
  const serve: Readonly<Record<string, () => Promise<readonly [type: string, body: Buffer | string]>>> = {
    '/': async () => [
      'text/html',
      '<!doctype html><title>engines</title><script type="module" src="/page.js"></script>',
    ],
    // The other way of the policy; the dialog asks whether it is there.
    '/demo/sms': async () => ['application/json', '{}'],
    '/page.js': async () => [script, await readFile(`${artifacts}/engines-page.js`)],
    '/embedding-worker.js': async () => [script, await readFile(`${artifacts}/embedding-worker.js`)],
    '/worker.js': async () => [script, await readFile(`${root}dist/worker.js`)],
    '/photo.jpg': async () => ['image/jpeg', await readFile(`${photos}/${photo}`)],
    '/task.json': async () => {
      const options = await (await createLab(origin, 'estate')).options('enrol')
      const task: Task = { vectors, files: assetFiles, photo: '/photo.jpg', binding: sealing.binding(), options }
      return ['application/json', JSON.stringify(task)]
    },
    ...Object.fromEntries(
      assetFiles.map((file) => [
        `/assets/${file}`,
        async () => ['application/octet-stream', await readFile(`${root}models/dist/${file}`)] as const,
      ]),
    ),
  }
  server = createServer(async (request, response) => {
    if (request.method === 'POST') {
      const parts: Buffer[] = []
      for await (const part of request) parts.push(part)
      response.end()
      return arrived(JSON.parse(Buffer.concat(parts).toString()) as Answers)
    }
    const [type, body] = (await serve[request.url ?? '']?.()) ?? []
    if (request.url === '/worker.js') response.setHeader('content-security-policy', workerCsp)
    response.writeHead(body === undefined ? 404 : 200, { 'content-type': type ?? 'text/plain' }).end(body)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(async () => {
  await writeFile(resultsFile, JSON.stringify(results, null, 2))
  await new Promise((resolve) => server.close(resolve))
})

it.each(engines().map((engine) => ({ engine, name: engine.name })))(
  'templates, worker, airlock, embedding, envelope, store and dialog in $name',
  async ({ engine }) => {
    const answered = new Promise<Answers>((resolve) => {
      arrived = resolve
    })
    const browser = await open(engine, `${origin}/`)
    try {
      const answers = await answered
      expect(answers.error).toBeUndefined()
      expect(answers.engine).toMatch(engine.mark)
      expect(answers.answers).toEqual(
        readVectors().map(({ name, token, quantised, template }) => ({ name, token, quantised, template })),
      )

      const { worker, embedded, store, consent } = answers
      expect(worker).toMatchObject({
        backend: 'wasm',
        asked: [],
        removed: expect.arrayContaining(['fetch', 'indexedDB']),
      })
      const { header, claim } = await sealing.open(worker?.envelope ?? '')
      expect(header).toMatchObject({ v: 1, scheme: 'srht-sign/v1', bits: 2048, origin: 'https://example.com' })
      expect(claim.template).toHaveLength(256)
      expect(store).toEqual({ persistent: true, sameKey: true, row: 'text' })
      expect(consent).toEqual({ kind: 'alternative', reason: 'declined', receipts: 1 })

      // The first one is the measure of the others.
      const [first = answers] = Object.values(results)
      const cosine = {
        own: cosineOf(embedded?.own, first.embedded?.own),
        common: cosineOf(embedded?.common, first.embedded?.common),
      }
      results[engine.name] = { ...answers, cosine }
      expect(embedded?.error).toBeUndefined()
      expect(cosine.common).toBeGreaterThanOrEqual(0.999)
      expect(cosine.own).toBeGreaterThanOrEqual(0.999)
    } finally {
      await browser.close()
    }
  },
)

function cosineOf(a: readonly number[] = [], b: readonly number[] = []): number {
  expect(a).toHaveLength(512)
  const dot = (x: readonly number[], y: readonly number[]) => x.reduce((sum, value, i) => sum + value * (y[i] ?? 0), 0)
  return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b))
}
