// Runs the known answers of srht-sign/v1, the shipped worker on a photo, the device's store and the consent dialog in
// whatever browser opens the page, and posts what came out.
import { type CeremonyOptionsJSON, startEnrolment } from '../../../src/index'
import { openDeviceStore } from '../../../src/page/store'
import type { CaptureBinding } from '../../../src/wire/worker-protocol'
import { deriveToken, deviceProtector, quantise, type TokenContext } from '../../../src/worker/protect'
import { lab } from '../worker/lab-page'
import type { Embedded } from './embedding-worker'

/** One vector as it lies in the JSON: floats in base64, bytes in hex. */
interface Vector {
  readonly name: string
  readonly embedding: string
  readonly mean: string
  readonly secret: string
  readonly salt: string
  readonly context: TokenContext
}

/** What an engine makes of one vector. */
export interface Answer {
  readonly name: string
  readonly token: string
  readonly quantised: readonly number[]
  readonly template: string
}

export interface Answers {
  readonly engine: string
  readonly answers?: readonly Answer[]
  readonly worker?: {
    readonly backend: string
    readonly detector: string
    readonly simd: boolean
    readonly removed: readonly string[]
    /** Base64. */
    readonly envelope: string
    readonly asked: readonly string[]
  }
  readonly embedded?: Embedded
  /** A key of this device and a row, found again by a second opening. */
  readonly store?: { readonly persistent: boolean; readonly sameKey: boolean; readonly row: string | undefined }
  readonly consent?: { readonly kind: string; readonly reason: string; readonly receipts: number }
  /** APIs that have a substitute, by name, where they are there. */
  readonly present?: readonly string[]
  readonly error?: string
}

/** With what the test made of it: cosines to the first engine's embedding. */
export interface EngineResult extends Answers {
  readonly cosine?: Readonly<Record<'own' | 'common', number>>
}

/** What the test gives to each engine. */
export interface Task {
  readonly vectors: readonly Vector[]
  readonly files: readonly string[]
  readonly photo: string
  readonly binding: CaptureBinding
  readonly options: CeremonyOptionsJSON
}

async function answer({ name, context, ...vector }: Vector): Promise<Answer> {
  const [embedding, mean] = [floats(vector.embedding), floats(vector.mean)]
  const salt = bytesOfHex(vector.salt)
  const secret = await crypto.subtle.importKey('raw', bytesOfHex(vector.secret), 'HKDF', false, ['deriveBits'])
  return {
    name,
    token: hex(await deriveToken(secret, salt, context)),
    quantised: [...quantise(embedding, mean).subarray(0, 8)],
    template: hex(await deviceProtector(secret, salt).protect(embedding, mean, context)),
  }
}

async function run(): Promise<Answers> {
  const engine = navigator.userAgent
  let step = 'task'
  try {
    const task = (await (await fetch('/task.json')).json()) as Task
    step = 'vectors'
    const answers: Answer[] = []
    for (const vector of task.vectors) answers.push(await answer(vector))
    step = 'worker'
    const worker = await runWorker(task)
    step = 'embedding'
    const embedded = await embed(task)
    step = 'store'
    const store = await keep()
    step = 'consent'
    const consent = await decline(task)
    return { engine, answers, worker, embedded, store, consent, present: present() }
  } catch (error) {
    return { engine, error: `${step}: ${error}` }
  }
}

async function runWorker({ files, photo, binding }: Task): Promise<NonNullable<Answers['worker']>> {
  const report = await lab.start({ worker: '/worker.js', files })
  if ('code' in report) throw new TypeError(`${report.code} ${report.detail} ${report.cause}`)
  const {
    kind,
    envelope = '',
    failure,
    ...outcome
  } = await lab.capture({
    ...{ shots: [{ url: photo, times: 1 }], binding, timeoutMs: 120_000 },
  })
  if (kind !== 'sealed') throw new TypeError(`${failure?.code} ${failure?.detail}`)
  const { backend, detector, simd, removed } = report
  return { backend, detector, simd, removed, envelope, asked: outcome.report?.asked ?? ['no report'] }
}

async function embed({ files, photo }: Task): Promise<Embedded> {
  const bytes = async (path: string) => (await fetch(path)).arrayBuffer()
  const assets = Object.fromEntries(
    await Promise.all(files.map(async (file) => [file, await bytes(`/assets/${file}`)] as const)),
  )
  const worker = new Worker('/embedding-worker.js', { type: 'module' })
  const answered = new Promise<Embedded>((resolve, reject) => {
    worker.onmessage = ({ data }: MessageEvent<Embedded>) => resolve(data)
    worker.onerror = ({ message }) => reject(new TypeError(message))
  })
  worker.postMessage({ assets, photo: new Blob([await bytes(photo)]) })
  return await answered.finally(() => worker.terminate())
}

async function keep(): Promise<NonNullable<Answers['store']>> {
  const scope = { tenant: 'engines', purpose: 'test', subject: 'subject' }
  const first = await openDeviceStore()
  const { thumbprint } = await first.deviceKeys(scope)
  await first.putNotice('hash', 'text')
  first.close()
  const again = await openDeviceStore()
  const kept = await again.recordKey(scope)
  const row = await again.getNotice('hash')
  again.close()
  return { persistent: again.persistent, sameKey: kept.thumbprint === thumbprint, row }
}

/** Opens the dialog and presses its refusal, which any press may be (L04). */
async function decline({ options }: Task): Promise<NonNullable<Answers['consent']>> {
  const ended = startEnrolment({ optionsJSON: options, locale: 'en', mount: document.body })
  const refuse = async (): Promise<void> => {
    for (;;) {
      const roots = [...document.querySelectorAll('[data-faceseal-dialog]')].map(({ shadowRoot }) => shadowRoot)
      const [button] = roots.flatMap(
        (root) => root?.querySelector<HTMLButtonElement>('[data-act=decline]:enabled') ?? [],
      )
      if (button) return button.click()
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }
  const [outcome] = await Promise.all([ended, Promise.race([refuse(), ended.then(() => undefined)])])
  const reason = outcome.kind === 'alternative' ? outcome.reason : ''
  return { kind: outcome.kind, reason, receipts: outcome.receipts.length }
}

function present(): readonly string[] {
  const names = [
    'MediaStreamTrackProcessor',
    'BroadcastChannel',
    'trustedTypes',
    'speechSynthesis',
    'PublicKeyCredential',
  ]
  const found = names.filter((name) => name in globalThis)
  return 'requestVideoFrameCallback' in HTMLVideoElement.prototype ? [...found, 'requestVideoFrameCallback'] : found
}

function floats(base64: string): Float32Array {
  return new Float32Array(Uint8Array.from(atob(base64), (character) => character.charCodeAt(0)).buffer)
}

function bytesOfHex(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(text.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16))
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}

const answers = await run()
await fetch('/answers', { method: 'POST', body: JSON.stringify(answers) })
