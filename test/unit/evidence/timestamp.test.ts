import fc from 'fast-check'
import { Certificate, ContentInfo, SignedData } from 'pkijs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { requestTimestamp, type StampedStatement, verifyTimestamp } from '../../../src/server/timestamp'
import { type Authority, type LocalAuthorities, localAuthorities, serving } from './local-tsa'
import { flipBit } from './merkle-tree'

const statement = 'eyJhbGciOiJFUzI1NiJ9.the-tree-head.signature'
let local: LocalAuthorities
let root: string
let stamped: StampedStatement

/** A stamp of `statement` by an authority of this machine, over HTTP. */
function stampBy(authority: Authority, options: Partial<Parameters<typeof requestTimestamp>[0]> = {}) {
  return serving(
    async (query, request, response) => {
      expect(request.headers['content-type']).toBe('application/timestamp-query')
      const reply = await local.reply(authority, query)
      response.setHeader('content-type', 'application/timestamp-reply').end(reply)
    },
    (url) => requestTimestamp({ statement, url, trustedCertificates: [root], ...options }),
  )
}

/** A token over the TSTInfo of a true stamp, signed by whom we like: what a forger or a careless authority makes. */
async function signedAnew(name: string, ...options: string[]) {
  const stamp = tokenParts(stamped.token).signed.encapContentInfo.eContent!.getValue()
  const id = crypto.randomUUID()
  await local.file(`${id}.tst`, new Uint8Array(stamp))
  const type = options.includes('-econtent_type') ? [] : ['-econtent_type', '1.2.840.113549.1.9.16.1.4']
  const files = ['-in', `${id}.tst`, '-signer', `${name}.pem`, '-inkey', `${name}.key`, '-out', `${id}.der`]
  await local.openssl(
    'cms',
    '-sign',
    '-binary',
    '-nodetach',
    '-outform',
    'DER',
    '-md',
    'sha256',
    ...files,
    ...type,
    ...options,
  )
  return local.read(`${id}.der`)
}

function tokenParts(token: Uint8Array<ArrayBuffer>) {
  const info = ContentInfo.fromBER(token)
  return { info, signed: new SignedData({ schema: info.content }) }
}

function rebuilt(signed: SignedData): Uint8Array<ArrayBuffer> {
  const info = new ContentInfo({ contentType: ContentInfo.SIGNED_DATA, content: signed.toSchema(true) })
  return new Uint8Array(info.toSchema().toBER())
}

const verify = (token: Uint8Array<ArrayBuffer>, options: Partial<Parameters<typeof verifyTimestamp>[0]> = {}) =>
  verifyTimestamp({ token, statement, trustedCertificates: [root], ...options })

const refused = (detail: string) => ({ code: 'timestamp_invalid', detail })
const unsigned = refused('the signature does not verify up to a pinned certificate')

beforeAll(async () => {
  local = await localAuthorities()
  await local.makeRoot('root')
  await local.makeCertificate({ name: 'tsa', root: 'root', serial: '0A01' })
  root = new TextDecoder().decode(await local.read('root.pem'))
  stamped = await stampBy({ name: 'tsa' })
})
afterAll(() => local.close())

describe('a time-stamp by a local authority (RFC 3161)', () => {
  it('says when, how exactly and by which policy', async () => {
    expect(Math.abs(stamped.timestamp.time - Date.now() / 1000)).toBeLessThan(120)
    expect(stamped.timestamp).toMatchObject({ accuracySeconds: 1.5, policy: '1.2.3.4.1' })
    expect(stamped.timestamp.serialNumber).toMatch(/^[0-9a-f]{2,}$/)
  })

  it('verifies again offline from the kept token, and openssl agrees', async () => {
    expect(await verify(stamped.token)).toEqual(stamped.timestamp)
    await local.file('token.der', stamped.token)
    await local.file('statement', statement)
    const trust = ['-CAfile', 'root.pem', '-untrusted', 'tsa.pem']
    const out = await local.openssl('ts', '-verify', '-token_in', '-in', 'token.der', '-data', 'statement', ...trust)
    expect(out).toContain('OK')
  })

  it('takes RSA, and ESSCertID of the first version', async () => {
    await local.makeCertificate({ name: 'rsa', root: 'root', rsa: true })
    const { token } = await stampBy({ name: 'rsa', identifier: 'sha1' })
    await expect(verify(token)).resolves.toMatchObject({ policy: '1.2.3.4.1' })
  })

  it("takes the authority's own certificate as the pin, in PEM or DER", async () => {
    const pem = new TextDecoder().decode(await local.read('tsa.pem'))
    const der = Buffer.from(pem.replaceAll(/-----[^-]+-----|\s/g, ''), 'base64')
    await expect(verify(stamped.token, { trustedCertificates: [pem] })).resolves.toEqual(stamped.timestamp)
    await expect(verify(stamped.token, { trustedCertificates: [new Uint8Array(der)] })).resolves.toEqual(
      stamped.timestamp,
    )
  })

  it('asks for a policy and insists on it', async () => {
    const { token, timestamp } = await stampBy({ name: 'tsa' }, { policy: '1.2.3.4.5' })
    expect(timestamp.policy).toBe('1.2.3.4.5')
    await expect(verify(token, { expectedPolicy: '1.2.3.4.1' })).rejects.toMatchObject(refused('another policy'))
  })
})

describe('what is not believed', () => {
  it('another statement', async () => {
    const detail = 'the stamp is for another statement'
    await expect(verify(stamped.token, { statement: `${statement} ` })).rejects.toMatchObject(refused(detail))
  })

  it('no altered bit changes what a stamp says', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(), async (bit) => {
        const said = await verify(flipBit(stamped.token, bit)).catch((cause: unknown) => cause)
        if (said instanceof Error) expect(said).toMatchObject({ code: 'timestamp_invalid' })
        else expect(said).toEqual(stamped.timestamp)
      }),
      { numRuns: 60 },
    )
  })

  it('an altered byte of what is signed, or of the signature (every third)', async () => {
    const { signed } = tokenParts(stamped.token)
    const stamp = new Uint8Array(signed.encapContentInfo.eContent!.getValue())
    // The last 30 bytes are within s of the ECDSA signature; before that there are tags, which readers may overlook.
    const signature = signed.signerInfos[0]!.signature.valueBlock.valueHexView.slice(-30)
    for (const part of [stamp, signature]) {
      const start = Buffer.from(stamped.token).indexOf(part)
      expect(start).toBeGreaterThan(0)
      for (let place = start; place < start + part.length; place += 3) {
        await expect(verify(flipBit(stamped.token, place * 8))).rejects.toMatchObject({ code: 'timestamp_invalid' })
      }
    }
  })

  it('a root that is not pinned, though its names are the same', async () => {
    await local.openssl(
      'req',
      '-x509',
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:P-256',
      '-nodes',
      '-keyout',
      'false.key',
      '-out',
      'false.pem',
      '-days',
      '30',
      '-subj',
      '/CN=root',
    )
    await local.makeCertificate({ name: 'forged', root: 'false', subject: 'tsa', serial: '0A01' })
    const attempt = stampBy({ name: 'forged' })
    await expect(attempt).rejects.toMatchObject(unsigned)
    const pem = new TextDecoder().decode(await local.read('false.pem'))
    await expect(verify(stamped.token, { trustedCertificates: [pem] })).rejects.toMatchObject(unsigned)
    await expect(stampBy({ name: 'forged' }, { trustedCertificates: [pem] })).resolves.toBeDefined()
  })

  it('an answer to an earlier question: the nonce differs', async () => {
    const first = await stampBy({ name: 'tsa' })
    const reply = Buffer.concat([Buffer.from([0x30, 0x82, 0, 0, 0x30, 0x03, 0x02, 0x01, 0x00]), first.token])
    reply.writeUInt16BE(reply.length - 4, 2)
    const replay = serving(
      (_query, _request, response) => void response.setHeader('content-type', 'application/timestamp-reply').end(reply),
      (url) => requestTimestamp({ statement, url, trustedCertificates: [root] }),
    )
    await expect(replay).rejects.toMatchObject(refused('another nonce'))
  })

  it('a time far from our own clock', async () => {
    const late = stampBy({ name: 'tsa' }, { now: Date.now() / 1000 + 3600 })
    await expect(late).rejects.toMatchObject(refused('the stamp is more than 300 s from our clock'))
  })

  it('a certificate that is not for time-stamping alone, or not marked critical', async () => {
    const detail = 'the certificate is not for time-stamping alone'
    for (const [name, usage] of [
      ['none', ''],
      ['mail', 'critical,emailProtection'],
      ['both', 'critical,timeStamping,emailProtection'],
      ['soft', 'timeStamping'],
    ] as const) {
      await local.makeCertificate({ name, root: 'root', usage })
      await expect(verify(await signedAnew(name, '-cades')), name).rejects.toMatchObject(refused(detail))
    }
  })

  it('a certificate that was not in force, also when it is the pin itself', async () => {
    await local.makeCertificate({ name: 'old', root: 'root', from: '20200101000000Z', until: '20210101000000Z' })
    const token = await signedAnew('old', '-cades')
    await expect(verify(token)).rejects.toMatchObject({ code: 'timestamp_invalid' })
    const trustedCertificates = [new TextDecoder().decode(await local.read('old.pem'))]
    await expect(verify(token, { trustedCertificates })).rejects.toMatchObject({ code: 'timestamp_invalid' })
  })

  it('a signature that does not name its certificate', async () => {
    await expect(verify(await signedAnew('tsa'))).rejects.toMatchObject(refused('no ESSCertID'))
    await expect(verify(await signedAnew('tsa', '-cades'))).resolves.toEqual(stamped.timestamp)
  })

  it('another certificate of the same key, issuer and number put in its place', async () => {
    await local.makeCertificate({ name: 'twin', root: 'root', subject: 'twin', keyOf: 'tsa', serial: '0A01' })
    const { signed } = tokenParts(stamped.token)
    const pem = new TextDecoder().decode(await local.read('twin.pem'))
    signed.certificates = [Certificate.fromBER(Buffer.from(pem.replaceAll(/-----[^-]+-----|\s/g, ''), 'base64'))]
    await expect(verify(rebuilt(signed))).rejects.toMatchObject(refused('ESSCertID names another certificate'))
  })

  it('a signature over something else, relabelled as a stamp', async () => {
    const { signed } = tokenParts(await signedAnew('tsa', '-cades', '-econtent_type', '1.2.840.113549.1.7.1'))
    await expect(verify(rebuilt(signed))).rejects.toMatchObject(refused('not a TimeStampToken'))
    signed.encapContentInfo.eContentType = '1.2.840.113549.1.9.16.1.4'
    await expect(verify(rebuilt(signed))).rejects.toMatchObject(refused('content type'))
  })

  it('an attribute that is there twice', async () => {
    const { signed } = tokenParts(stamped.token)
    const { attributes } = signed.signerInfos[0]!.signedAttrs!
    attributes.push(attributes.find(({ type }) => type === '1.2.840.113549.1.9.3')!)
    await expect(verify(rebuilt(signed))).rejects.toMatchObject(refused('attribute 1.2.840.113549.1.9.3 is not one'))
  })

  it('a second signer', async () => {
    await local.makeCertificate({ name: 'second', root: 'root' })
    const token = await signedAnew('tsa', '-cades', '-signer', 'second.pem', '-inkey', 'second.key')
    await expect(verify(token)).rejects.toMatchObject(refused('not a TimeStampToken'))
  })

  it('bytes that are no token, and pins that are no certificates', async () => {
    await expect(verify(new Uint8Array([1, 2, 3]))).rejects.toMatchObject(refused('not a TimeStampToken'))
    for (const trustedCertificates of [[], ['no PEM'], [new Uint8Array(8)]]) {
      await expect(verify(stamped.token, { trustedCertificates })).rejects.toMatchObject({
        code: 'configuration_invalid',
      })
    }
  })
})

describe('an authority that does not answer as asked', () => {
  const ask = (url: string, options = {}) =>
    requestTimestamp({ statement, url, trustedCertificates: [root], ...options })
  const type = 'application/timestamp-reply'

  it('refuses: the status and the reason are told', async () => {
    const attempt = stampBy({ name: 'tsa' }, { policy: '1.2.3.4.99' })
    await expect(attempt).rejects.toMatchObject({ code: 'timestamp_rejected', detail: 'status 2, unacceptedPolicy' })
  })

  it.each([
    ['HTTP 503', 503, type, 'x'],
    ['content-type', 200, 'text/html', 'x'],
    ['more than 65536 bytes', 200, type, 'x'.repeat(65_537)],
  ])('%s', async (detail, status, contentType, body) => {
    const attempt = serving((_query, _request, response) => {
      response.writeHead(status, { 'content-type': contentType }).end(body)
    }, ask)
    await expect(attempt).rejects.toMatchObject({ code: 'timestamp_unavailable', detail, retryable: true })
  })

  it('answers with no time-stamp response', async () => {
    const attempt = serving((_query, _request, response) => void response.setHeader('content-type', type).end('x'), ask)
    await expect(attempt).rejects.toMatchObject(refused('not a TimeStampResp'))
  })

  it('sends us elsewhere, is silent or not there', async () => {
    const asked: (string | undefined)[] = []
    const elsewhere = serving((_query, request, response) => {
      asked.push(request.url)
      response.writeHead(302, { location: '/other', 'content-type': type }).end()
    }, ask)
    await expect(elsewhere).rejects.toMatchObject({ code: 'timestamp_unavailable' })
    expect(asked).toEqual(['/'])
    const silent = serving(
      () => {},
      (url) => ask(url, { timeout: 50 }),
    )
    await expect(silent).rejects.toMatchObject({ code: 'timestamp_unavailable', detail: 'time-out' })
    const gone = await serving(
      () => {},
      async (url) => url,
    )
    await expect(ask(gone)).rejects.toMatchObject({ code: 'timestamp_unavailable', detail: 'no connection' })
  })

  it('is given up when the caller aborts', async () => {
    const abort = new AbortController()
    const attempt = serving(
      () => abort.abort(),
      (url) => ask(url, { signal: abort.signal }),
    )
    await expect(attempt).rejects.toMatchObject({ code: 'aborted' })
  })

  it('learns a digest and nothing of the statement', async () => {
    let asked: Buffer = Buffer.alloc(0)
    await serving((query, _request, response) => {
      asked = query
      response.writeHead(503).end()
    }, ask).catch(() => {})
    expect(asked.includes(statement)).toBe(false)
    const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(statement)))
    expect(asked.includes(Buffer.from(digest))).toBe(true)
  })
})
