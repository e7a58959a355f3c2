import { randomBytes } from 'node:crypto'
import * as hpke from 'hpke'
import type { Browser, Page } from 'playwright-core'
import { build } from 'vite'
import files from '../../../models/files.json'
import { decodeClaim, decodeEnvelope, type EnvelopeHeader, type SealedClaim } from '../../../src/wire/envelope'
import type { CaptureBinding, StartReport } from '../../../src/wire/worker-protocol'
import { workerBuild } from '../../../vite.worker.config'
import { type LocalSite, launchChromium, root, serveFolders } from '../harness'
import type { LabFailure, LabStart } from './lab-page'
import { preparePhotos } from './photos'

/** What the page hands to the worker. */
export const assetFiles: readonly string[] = Object.values(files)
  .flat()
  .map(({ file }) => file)

/** A browser with the test page open, a worker and a probe worker beside it, and a key to open envelopes. */
export interface Lab {
  readonly page: Page
  readonly site: LocalSite
  readonly assetFiles: readonly string[]
  /** Violations of the CSP and errors of the page, as text. */
  readonly complaints: readonly string[]
  start(options?: Partial<LabStart>): Promise<StartReport | LabFailure>
  /** One more page with a worker of its own, started. */
  another(options?: Partial<LabStart>): Promise<Page>
  binding(change?: Partial<CaptureBinding>): CaptureBinding
  open(
    envelope: string,
  ): Promise<{ readonly header: EnvelopeHeader; readonly headerBytes: Uint8Array; readonly claim: SealedClaim }>
  close(): Promise<void>
}

/** Files run two at a time: each of vitest's workers builds in a folder of its own. */
export const artifacts = `test/.artifacts/worker-lab-${process.env.VITEST_POOL_ID ?? 0}`

export interface LabOptions {
  /** A folder that the page finds under `/clips/`. */
  readonly clips?: string
  /** The worker of `dist`, and no probe; by default both are built from the sources. */
  readonly shipped?: boolean
  /** A browser that is open already and is left so. */
  readonly browser?: Browser
}

export async function openLab({ clips, shipped = false, browser: given }: LabOptions = {}): Promise<Lab> {
  if (!shipped) {
    await build(workerBuild('./src/worker/main.ts', artifacts, 'worker.js'))
    await build(workerBuild('./test/browser/worker/probe-worker.ts', artifacts, 'probe-worker.js'))
  }
  await build(workerBuild('./test/browser/worker/lab-page.ts', artifacts, 'lab-page.js'))
  const site = await serveFolders(
    {
      '/lab/': `${root}${artifacts}`,
      '/dist/': `${root}dist`,
      '/assets/': `${root}models/dist`,
      '/photos/': await preparePhotos(),
      ...(clips && { '/clips/': clips }),
      '/groups/': `${root}node_modules/face-api.js/demo`,
    },
    { '/': { body: '<!doctype html><script type="module" src="/lab/lab-page.js"></script>', type: 'text/html' } },
  )
  const browser = given ?? (await launchChromium())
  const complaints: string[] = []
  const pages: Page[] = []
  const openPage = async () => {
    const page = await browser.newPage()
    pages.push(page)
    page.on('pageerror', (error) => complaints.push(String(error)))
    page.on('console', (message) => {
      if (/content security policy/i.test(message.text())) complaints.push(message.text())
    })
    await page.goto(site.origin)
    await page.waitForFunction(() => 'lab' in window)
    return page
  }
  const page = await openPage()
  const worker = shipped ? '/dist/worker.js' : '/lab/worker.js'
  const startIn = (where: Page, options: Partial<LabStart> = {}) =>
    where.evaluate((input) => window.lab.start(input), { worker, files: assetFiles, ...options })

  const sealing = await createSealing()
  return {
    page,
    site,
    assetFiles,
    complaints,
    start: (options) => startIn(page, options),
    another: async (options) => {
      const more = await openPage()
      await startIn(more, options)
      return more
    },
    ...sealing,
    close: async () => {
      await Promise.all(pages.map((opened) => opened.close()))
      if (!given) await browser.close()
      await site.close()
    },
  }
}

/** A fresh sealing key: bindings for it, and the other implementation of RFC 9180 that opens what was sealed to it. */
export async function createSealing(): Promise<Pick<Lab, 'binding' | 'open'>> {
  const suite = new hpke.CipherSuite(hpke.KEM_DHKEM_P256_HKDF_SHA256, hpke.KDF_HKDF_SHA256, hpke.AEAD_AES_128_GCM)
  const keyPair = await suite.GenerateKeyPair()
  const publicKey = Buffer.from(await suite.SerializePublicKey(keyPair.publicKey)).toString('base64url')
  return {
    binding: (change = {}) => ({
      ...{ kind: 'verify', tenant: 'example', origin: 'https://example.com', purpose: 'sign-in' },
      ...{ sid: randomBytes(16).toString('base64url'), nonce: randomBytes(16).toString('base64url') },
      ...{ subjectSalt: Buffer.alloc(32, 5).toString('base64url'), bits: 2048, maxDistance: 740 },
      consent: randomBytes(32).toString('base64url'),
      seal: { suite: 'P256', kid: 'key-1', publicKey },
      notAfter: Math.floor(Date.now() / 1000) + 600,
      ...change,
    }),
    open: async (envelope) => {
      const { header, headerBytes, enc, ciphertext } = decodeEnvelope(new Uint8Array(Buffer.from(envelope, 'base64')))
      const info = new TextEncoder().encode('faceseal/envelope/v1')
      const plaintext = await suite.Open(keyPair, enc, ciphertext, { info, aad: headerBytes })
      return { header, headerBytes, claim: decodeClaim(plaintext) }
    },
  }
}
