import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** Throw-away authorities in a temporary folder, made with the openssl command; all end with `close`. */
export interface LocalAuthorities {
  readonly folder: string
  openssl(...args: string[]): Promise<string>
  file(name: string, content: string | Uint8Array): Promise<string>
  read(name: string): Promise<Uint8Array<ArrayBuffer>>
  /** A root: `name.pem`, `name.key`. */
  makeRoot(name: string): Promise<void>
  makeCertificate(options: CertificateOptions): Promise<void>
  /** Answer of `openssl ts -reply` to a query. */
  reply(authority: Authority, query: Uint8Array): Promise<Uint8Array<ArrayBuffer>>
  close(): Promise<void>
}

interface CertificateOptions {
  readonly name: string
  readonly root: string
  readonly subject?: string
  /** Value of extendedKeyUsage, or '' for none. */
  readonly usage?: string
  readonly rsa?: boolean
  /** Uses `other.key` instead of a new key. */
  readonly keyOf?: string
  readonly serial?: string
  /** OpenSSL times, YYYYMMDDHHMMSSZ. */
  readonly from?: string
  readonly until?: string
}

export interface Authority {
  readonly name: string
  /** Digest of ESSCertID: sha1 gives the first version of the attribute. */
  readonly identifier?: 'sha1' | 'sha256'
}

export async function localAuthorities(): Promise<LocalAuthorities> {
  const folder = await mkdtemp(join(tmpdir(), 'faceseal-tsa-'))
  const at = (name: string) => join(folder, name)
  const openssl = async (...args: string[]) => (await run('openssl', args, { cwd: folder })).stdout
  const file = async (name: string, content: string | Uint8Array) => {
    await writeFile(at(name), content)
    return at(name)
  }
  const read = async (name: string) => new Uint8Array(await readFile(at(name)))
  await file('serial', '01\n')

  return {
    ...{ folder, openssl, file, read },
    async makeRoot(name) {
      const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', `${name}.key`]
      await openssl('req', '-x509', ...key, '-out', `${name}.pem`, '-days', '30', '-subj', `/CN=${name}`)
    },
    async makeCertificate({ name, root, subject = name, usage = 'critical,timeStamping', rsa, keyOf, ...options }) {
      const key = keyOf ?? name
      const kind = rsa ? ['RSA', 'rsa_keygen_bits:2048'] : ['EC', 'ec_paramgen_curve:P-256']
      if (!keyOf) await openssl('genpkey', '-algorithm', kind[0]!, '-pkeyopt', kind[1]!, '-out', `${name}.key`)
      await openssl('req', '-new', '-key', `${key}.key`, '-subj', `/CN=${subject}`, '-out', `${name}.csr`)
      await file('ca.cnf', caConfiguration(root, usage))
      await file('index.txt', '')
      await file('ca-serial', options.serial ?? Date.now().toString(16).padStart(12, '0'))
      // A day early, so that a certificate made after a stamp was in force when it was made.
      const from = ['-startdate', options.from ?? openSslTime(Date.now() - 86_400_000)]
      const until = options.until ? ['-enddate', options.until] : ['-days', '20']
      const files = ['-in', `${name}.csr`, '-out', `${name}.pem`]
      await openssl('ca', '-batch', '-notext', '-config', 'ca.cnf', ...files, ...from, ...until)
    },
    async reply({ name, identifier = 'sha256' }, query) {
      const id = crypto.randomUUID()
      await file(`${id}.tsq`, query)
      await file(`${id}.cnf`, authorityConfiguration(name, identifier))
      await openssl('ts', '-reply', '-config', `${id}.cnf`, '-queryfile', `${id}.tsq`, '-out', `${id}.tsr`)
      return read(`${id}.tsr`)
    },
    close: () => rm(folder, { recursive: true, force: true }),
  }
}

const openSslTime = (time: number) => `${new Date(time).toISOString().slice(0, 19).replaceAll(/[-T:]/g, '')}Z`

const caConfiguration = (root: string, usage: string) => `
[ca]
default_ca = here
[here]
database = index.txt
new_certs_dir = .
serial = ca-serial
certificate = ${root}.pem
private_key = ${root}.key
default_md = sha256
policy = any
unique_subject = no
x509_extensions = extensions
[any]
commonName = supplied
[extensions]
basicConstraints = CA:FALSE
keyUsage = critical,digitalSignature
${usage === '' ? '' : `extendedKeyUsage = ${usage}`}
`

const authorityConfiguration = (name: string, identifier: string) => `
[tsa]
default_tsa = here
[here]
serial = serial
signer_cert = ${name}.pem
signer_key = ${name}.key
signer_digest = sha256
default_policy = 1.2.3.4.1
other_policies = 1.2.3.4.5
digests = sha256
accuracy = secs:1, millisecs:500
ess_cert_id_alg = ${identifier}
`

/** An HTTP server on a free port of this machine, for as long as `work` runs. */
export async function serving<T>(
  answer: (body: Buffer, request: IncomingMessage, response: ServerResponse) => void | Promise<void>,
  work: (url: string) => Promise<T>,
): Promise<T> {
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    await answer(Buffer.concat(chunks), request, response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  try {
    return await work(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`)
  } finally {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
}
