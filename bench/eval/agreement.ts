import { randomBytes } from 'node:crypto'
import { Aes128Gcm, CipherSuite, DhkemP256HkdfSha256, HkdfSha256 } from '@hpke/core'
import { build } from 'vite'
import type { EmbedderName, TemplateBits } from '../../src/wire/ceremony-options.ts'
import { decodeClaim, decodeEnvelope } from '../../src/wire/envelope.ts'
import { hammingDistance } from '../../src/worker/protect.ts'
import { launchChromium, root, serveFolders } from '../../test/browser/harness.ts'
import { workerBuild } from '../../vite.worker.config.ts'
import { assetFiles, type ImageRun } from '../common/browser-images.ts'
import { buildForPage } from '../common/build.ts'
import { sharedContext, sharedSalt, sharedSecret } from './shared-token.ts'

/** Images that go through the shipped worker as well. */
const wanted = 8

/**
 * Proves that the figures are the shipped worker's: some images go through the worker as it ships, as bitmaps, sealed
 * to a key that is made here; the templates inside must equal the benchmark's bit for bit.
 */
export async function shippedAgreement(
  run: ImageRun,
  embedder: EmbedderName,
  folder: string,
  bits: TemplateBits,
): Promise<{ readonly compared: number; readonly agreed: number }> {
  // Only pictures that the capture gate lets pass can come out of the shipped worker.
  const passing = [...run.images].filter(([, image]) => image && image.hint === undefined)
  const chosen = passing.filter((_, index) => index % Math.max(1, Math.floor(passing.length / wanted)) === 0)
  const suite = new CipherSuite({ kem: new DhkemP256HkdfSha256(), kdf: new HkdfSha256(), aead: new Aes128Gcm() })
  const keyPair = await suite.kem.generateKeyPair()
  const publicKey = Buffer.from(await suite.kem.serializePublicKey(keyPair.publicKey)).toString('base64url')

  await buildForPage('eval/agreement-page')
  // Built here: one that lies in dist may be of yesterday, for other models.
  await build(workerBuild('./src/worker/main.ts', './bench/dist', 'worker.js'))
  const site = await serveFolders(
    { '/bench/': `${root}bench/dist`, '/assets/': `${root}models/dist`, '/images/': folder },
    {
      '/': {
        body: '<!doctype html><script type="module" src="/bench/eval-agreement-page.js"></script>',
        type: 'text/html',
      },
    },
  )
  const browser = await launchChromium()
  try {
    const page = await browser.newPage()
    await page.goto(site.origin)
    await page.waitForFunction(() => 'captureStills' in window)
    const nonce = randomBytes(16).toString('base64url')
    const sealed = await page.evaluate((input) => window.captureStills(input), {
      embedder,
      files: assetFiles,
      urls: chosen.slice(0, wanted).map(([path]) => `/images/${path}`),
      secret: Buffer.from(sharedSecret).toString('base64'),
      binding: {
        ...sharedContext(bits),
        ...{ kind: 'enrol' as const, sid: nonce, nonce, bits, maxDistance: 0 },
        subjectSalt: Buffer.from(sharedSalt).toString('base64url'),
        consent: randomBytes(32).toString('base64url'),
        seal: { suite: 'P256' as const, kid: 'bench', publicKey },
        notAfter: Math.floor(Date.now() / 1000) + 3600,
      },
    })
    let compared = 0
    let agreed = 0
    for (const [index, text] of sealed.entries()) {
      const expected = chosen[index]?.[1]
      if (!text || !expected) continue
      const { headerBytes, enc, ciphertext } = decodeEnvelope(new Uint8Array(Buffer.from(text, 'base64')))
      const info = new TextEncoder().encode('faceseal/envelope/v1')
      const recipient = await suite.createRecipientContext({ recipientKey: keyPair.privateKey, enc, info })
      const claim = decodeClaim(new Uint8Array(await recipient.open(ciphertext, headerBytes)))
      compared += 1
      if (hammingDistance(claim.template, expected.template) === 0) agreed += 1
    }
    return { compared, agreed }
  } finally {
    await browser.close()
    await site.close()
  }
}
