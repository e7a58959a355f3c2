import { readFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { build } from 'vite'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { workerBuild } from '../../../vite.worker.config'
import { readVectors, vectorsFile } from '../../unit/worker/srht-vectors'
import { root } from '../harness'
import { engines, open } from './engines'
import type { Answers } from './vectors-page'

const folder = `${root}test/.artifacts/engines`
let server: Server
let origin: string
let arrived: (answers: Answers) => void = () => undefined

beforeAll(async () => {
  await build(
    workerBuild('./test/browser/engines/vectors-page.ts', './test/.artifacts/engines', 'vectors-page.js', false),
  )
  const files: Readonly<Record<string, readonly [type: string, body: Buffer | string]>> = {
    '/': ['text/html', '<!doctype html><title>vectors</title><script type="module" src="/vectors-page.js"></script>'],
    '/vectors-page.js': ['text/javascript', await readFile(`${folder}/vectors-page.js`)],
    '/vectors.json': ['application/json', await readFile(vectorsFile)],
  }
  server = createServer(async (request, response) => {
    if (request.method === 'POST') {
      const parts: Buffer[] = []
      for await (const part of request) parts.push(part)
      response.end()
      return arrived(JSON.parse(Buffer.concat(parts).toString()) as Answers)
    }
    const [type, body] = files[request.url ?? ''] ?? []
    response.writeHead(body ? 200 : 404, { 'content-type': type ?? 'text/plain' }).end(body)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(() => new Promise((resolve) => server.close(resolve)))

it.each(engines().map((engine) => ({ engine, name: engine.name })))(
  'templates are the same bits in $name',
  async ({ engine }) => {
    const answered = new Promise<Answers>((resolve) => {
      arrived = resolve
    })
    const browser = await open(engine, `${origin}/`)
    try {
      const { engine: agent, answers, error } = await answered
      expect(error).toBeUndefined()
      expect(agent).toMatch(engine.mark)
      expect(answers).toEqual(
        readVectors().map(({ name, token, quantised, template }) => ({ name, token, quantised, template })),
      )
    } finally {
      await browser.close()
    }
  },
)
