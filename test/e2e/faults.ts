import type { Route } from 'playwright-core'
import type { CeremonyProgress } from '../../src/page/ceremony-types.js'
import type { SendStep } from '../../src/page/client.js'
import type { ConsentScope } from '../../src/wire/receipt.js'
import type { HintCode } from '../../src/wire/worker-protocol.js'
import { type DemoState, otherWay, press } from './acts.js'
import type { ClipName } from './clips.js'
import type { Stage, Visitor } from './harness.js'
import { answer, before, change, files, flipOneBit, type Sabotage } from './sabotage.js'

export interface Scene {
  readonly stage: Stage
  readonly visitor: Visitor
}

export interface Withdrawal {
  readonly at: CeremonyProgress['stage'] | SendStep
  readonly consent: ConsentScope
  /** Of another person in the same browser. */
  readonly ofAnother?: true
}

/**
 * One thing that goes wrong in front of a running demo. A fault either ends an attempt with a code, or stands in the way
 * and the attempt succeeds all the same.
 */
export interface Fault {
  readonly name: string
  /** What the camera shows; somebody's face unless said otherwise. */
  readonly shows?: ClipName
  readonly kind?: 'enrol' | 'verify'
  /** In place before the button is pressed. */
  readonly inject?: (scene: Scene) => Promise<unknown>
  /** Done at this moment of the attempt: while the dialog asks, or once the camera view shows this hint. */
  readonly strike?: readonly ['dialog' | HintCode, (scene: Scene) => Promise<unknown>]
  /** Undoes what the runner does not undo by itself (routes, the page's sabotage). */
  readonly mend?: (scene: Scene) => Promise<unknown>
  /** It ends before the dialog opens. */
  readonly unasked?: true
  /** Instead: a withdrawal in another tab arrives at this moment of `enrol`. */
  readonly withdraws?: Withdrawal
  readonly ends: DemoState
  /** The furthest that it gets; nothing behind that is started. Left out where either may be. */
  readonly reaches?: 'dialog' | 'models' | 'worker' | 'camera'
  /** The envelope has been sent although the attempt failed. */
  readonly sent?: true
  /** The way on: "try again" in the same ceremony, which then succeeds. Otherwise the other way, and the next attempt. */
  readonly again?: true
}

/** Faults that happen one after the other on one page; the last one ends in a success, which shows that the page is whole. */
export interface FaultGroup {
  readonly about: string
  readonly faults: readonly Fault[]
}

const error = (detail: string): DemoState => ({ state: 'error', detail })
const problem = (detail: string): DemoState => ({ state: 'problem', detail })
const succeeds: DemoState = { state: 'enrolled', detail: 'backend' }
const accepted: DemoState = { state: 'accepted', detail: 'backend' }

const onPage = (act: (scene: Scene['visitor']['page']) => Promise<unknown>) => (scene: Scene) => act(scene.visitor.page)
const sabotage = (set: Partial<Sabotage>) => (scene: Scene) =>
  scene.visitor.page.evaluate((wanted) => void Object.assign(globalThis.sabotage, wanted), set)
const tellWorker = (command: string) =>
  onPage((page) => page.evaluate((text) => globalThis.seen.instances.at(-1)?.postMessage(text), command))

const later = (milliseconds: number) => async (route: Route) => {
  await new Promise((resolve) => setTimeout(resolve, milliseconds))
  // Whoever asked may be gone.
  await route.continue().catch(() => undefined)
}

const plain = { width: 640, height: 480, rate: 10 } as const

const status = (code: number) => (route: Route) => route.fulfill({ status: code })

/** Files that do not come, or not as they were pinned: nothing behind them is started. */
const models: FaultGroup = {
  about: 'models',
  faults: [
    // First, for a module that was loaded once is not asked for again.
    {
      name: 'capture module that does not load',
      inject: onPage(answer(files.capture, status(503))),
      ...fails('module_unavailable'),
    },
    { name: 'model 404', inject: onPage(answer(files.detector, status(404))), ...fails('model_unavailable') },
    {
      name: 'model of a wrong MIME type: a start page in its place',
      inject: onPage(
        answer(files.detector, (route) => route.fulfill({ contentType: 'text/html', body: '<title>app</title>' })),
      ),
      ...fails('model_unavailable'),
    },
    {
      name: 'model aborted on the way',
      inject: onPage(answer(files.detector, (route) => route.abort('connectionreset'))),
      ...fails('model_unavailable'),
    },
    {
      name: 'model truncated',
      inject: onPage(change(files.detector, (body) => body.subarray(0, -1))),
      ...fails('model_integrity'),
    },
    {
      name: 'model longer than pinned',
      inject: onPage(change(files.detector, (body) => Buffer.concat([body, body]))),
      ...fails('model_integrity'),
    },
    { name: 'model with one bit flipped', inject: onPage(change(files.net, flipOneBit)), ...fails('model_integrity') },
    {
      name: 'model swapped for bytes of the same length',
      inject: onPage(change(files.detector, (body) => Buffer.alloc(body.length, 7))),
      ...fails('model_integrity'),
    },
    { name: 'wasm with one bit flipped', inject: onPage(change(files.wasm, flipOneBit)), ...fails('model_integrity') },
    {
      name: 'model slow',
      inject: onPage(answer(files.detector, later(1500))),
      ends: succeeds,
      reaches: 'camera',
    },
  ],
}

function fails(code: string) {
  return { ends: error(code), reaches: 'models' } as const
}

/** The thread that computes: what does not start, and what ends in the middle. */
const worker: FaultGroup = {
  about: 'worker',
  faults: [
    {
      name: 'worker.js 404',
      inject: onPage(answer(files.worker, status(404))),
      ends: error('worker_start'),
      reaches: 'worker',
    },
    {
      name: 'worker.js of a wrong MIME type',
      inject: onPage(answer(files.worker, (route) => route.fulfill({ contentType: 'text/html', body: '<title>app' }))),
      ends: error('worker_start'),
      reaches: 'worker',
    },
    {
      name: 'wasm that does not compile',
      inject: onPage(before('noWasm')),
      ends: problem('self_test_failed'),
      reaches: 'worker',
    },
    {
      name: 'worker out of memory',
      shows: 'no-face',
      inject: onPage(before('onCommand')),
      strike: ['no_face', tellWorker('exhaust')],
      ends: problem('worker_lost'),
      reaches: 'camera',
    },
    {
      name: 'worker killed',
      shows: 'no-face',
      strike: [
        'no_face',
        onPage((page) =>
          page.evaluate(() => {
            globalThis.sabotage.haste = 50
            globalThis.seen.instances.at(-1)?.terminate()
          }),
        ),
      ],
      ends: problem('worker_lost'),
      reaches: 'camera',
      again: true,
    },
    {
      name: 'worker hung',
      shows: 'no-face',
      inject: onPage(before('onCommand')),
      strike: [
        'no_face',
        async (scene) => {
          await tellWorker('hang')(scene)
          await sabotage({ haste: 50 })(scene)
        },
      ],
      ends: problem('worker_lost'),
      reaches: 'camera',
    },
    {
      name: 'WebGL context lost',
      inject: async (scene) => {
        await before('onCommand')(scene.visitor.page)
        await sabotage({ camera: { ...plain, black: true } })(scene)
      },
      strike: [
        'too_dark',
        async (scene) => {
          await tellWorker('lose-context')(scene)
          await sabotage({ camera: plain })(scene)
        },
      ],
      ends: succeeds,
      reaches: 'camera',
    },
    {
      name: 'no SIMD',
      inject: async (scene) => {
        await sabotage({ noSimd: true })(scene)
        await before('noSimd')(scene.visitor.page)
      },
      ends: succeeds,
      reaches: 'camera',
    },
    {
      name: 'no WebGL',
      inject: async (scene) => {
        await sabotage({ noWebGl: true })(scene)
        await before('noWebGl')(scene.visitor.page)
      },
      ends: succeeds,
      reaches: 'camera',
    },
  ],
}

const hide = (state: 'hidden' | 'visible') =>
  onPage((page) =>
    page.evaluate((visibility) => {
      Object.defineProperty(document, 'visibilityState', { value: visibility, configurable: true })
      document.dispatchEvent(new Event('visibilitychange'))
    }, state),
  )

const freeze = (state: 'frozen' | 'active') =>
  onPage(async (page) => {
    const session = await page.context().newCDPSession(page)
    await session.send('Page.setWebLifecycleState', { state })
    await session.detach()
  })

const leavePage = onPage((page) =>
  page.evaluate(() => {
    window.dispatchEvent(new PageTransitionEvent('pagehide', { persisted: true }))
    window.dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))
  }),
)

const unplug = onPage((page) =>
  // What the browser does when a device goes: the track ends by itself and says so.
  page.evaluate(() => {
    for (const track of globalThis.seen.tracks) {
      if (track.readyState === 'ended') continue
      track.stop()
      track.dispatchEvent(new Event('ended'))
    }
  }),
)

const camera: FaultGroup = {
  about: 'camera and tab',
  faults: [
    {
      name: 'camera 4K, mirrored',
      inject: sabotage({ camera: { width: 3840, height: 2160, rate: 5, mirrored: true } }),
      ends: succeeds,
      reaches: 'camera',
    },
    {
      name: 'camera busy',
      inject: sabotage({ refuseCamera: 'NotReadableError' }),
      ends: problem('camera_busy'),
      reaches: 'worker',
    },
    {
      name: 'camera absent',
      inject: sabotage({ refuseCamera: 'NotFoundError' }),
      ends: problem('camera_not_found'),
      reaches: 'worker',
    },
    {
      name: 'camera black',
      inject: sabotage({ camera: { ...plain, black: true } }),
      strike: ['too_dark', ({ visitor }) => press(visitor, otherWay)],
      ends: { state: 'alternative', detail: 'other_way' },
      reaches: 'camera',
    },
    {
      name: 'camera unplugged',
      shows: 'no-face',
      strike: ['no_face', unplug],
      ends: problem('camera_lost'),
      reaches: 'camera',
    },
    {
      name: 'camera frozen',
      shows: 'no-face',
      inject: sabotage({ camera: { width: 640, height: 480, rate: 0 } }),
      ends: problem('camera_stalled'),
      reaches: 'camera',
    },
    {
      name: 'tab hidden',
      shows: 'no-face',
      strike: ['no_face', hide('hidden')],
      mend: hide('visible'),
      ends: problem('page_hidden'),
      reaches: 'camera',
    },
    {
      name: 'tab hidden and frozen',
      shows: 'no-face',
      strike: [
        'no_face',
        async (scene) => {
          await hide('hidden')(scene)
          await freeze('frozen')(scene)
          await freeze('active')(scene)
        },
      ],
      mend: hide('visible'),
      ends: problem('page_hidden'),
      reaches: 'camera',
    },
    {
      name: 'page left and restored from the back/forward cache',
      shows: 'no-face',
      strike: ['no_face', leavePage],
      ends: problem('camera_lost'),
      reaches: 'camera',
    },
    {
      name: 'camera portrait, one frame a second',
      kind: 'verify',
      inject: sabotage({ camera: { width: 480, height: 640, rate: 1 } }),
      ends: accepted,
      reaches: 'camera',
    },
  ],
}

const originOf = ({ stage }: Scene) => new URL(stage.demo.url).origin

const evict = async (scene: Scene) => {
  const session = await scene.visitor.context.newCDPSession(scene.visitor.page)
  await session.send('Storage.clearDataForOrigin', { origin: originOf(scene), storageTypes: 'indexeddb' })
  await session.detach()
}

/** Version of the database in the browser: a newer one, as a tab with a newer page makes it, or `undefined` for none. */
const upgrade = (version: number | undefined) =>
  onPage((page) =>
    page.evaluate(
      (to) =>
        new Promise<void>((resolve, reject) => {
          const request = to === undefined ? indexedDB.deleteDatabase('faceseal') : indexedDB.open('faceseal', to)
          request.onerror = () => reject(request.error)
          request.onsuccess = () => {
            if (to !== undefined) request.result.close()
            resolve()
          }
        }),
      version,
    ),
  )

const storage: FaultGroup = {
  about: 'storage and clock',
  faults: [
    {
      name: 'quota exceeded from the start: kept for this visit',
      inject: sabotage({ storage: 'full' }),
      ends: succeeds,
      reaches: 'camera',
    },
    {
      name: 'quota exceeded while the dialog is open',
      strike: ['dialog', sabotage({ storage: 'full' })],
      ends: error('storage_unavailable'),
      reaches: 'dialog',
    },
    {
      name: 'IndexedDB blocked: it never answers',
      inject: sabotage({ storage: 'hangs', haste: 50 }),
      unasked: true,
      ends: error('storage_blocked'),
      reaches: 'dialog',
    },
    {
      name: 'database upgraded by another tab while the dialog is open',
      strike: ['dialog', upgrade(9)],
      mend: upgrade(undefined),
      ends: error('storage_blocked'),
      reaches: 'dialog',
    },
    {
      name: 'database evicted during the capture',
      inject: sabotage({ camera: { ...plain, black: true } }),
      strike: [
        'too_dark',
        async (scene) => {
          await evict(scene)
          await sabotage({ camera: plain })(scene)
        },
      ],
      ends: error('consent_evidence'),
      reaches: 'camera',
      sent: true,
    },
    {
      name: 'clock a day ahead',
      inject: sabotage({ clockAhead: 86_400 }),
      unasked: true,
      ends: error('options_expired'),
      reaches: 'dialog',
    },
    {
      name: 'clock a day behind',
      inject: sabotage({ clockAhead: -86_400 }),
      unasked: true,
      ends: error('options_expired'),
      reaches: 'dialog',
    },
    {
      name: 'database evicted while the dialog is open',
      strike: ['dialog', evict],
      ends: succeeds,
      reaches: 'camera',
    },
  ],
}

const swapKey = (body: Buffer) => {
  const options = JSON.parse(`${body}`) as { seal: { publicKey: string } }
  const { publicKey } = options.seal
  // In the middle, where every character is a valid one.
  options.seal.publicKey = publicKey.slice(0, 20) + (publicKey[20] === 'A' ? 'B' : 'A') + publicKey.slice(21)
  return Buffer.from(JSON.stringify(options))
}

const backend: FaultGroup = {
  about: 'backend',
  faults: [
    {
      name: 'options: 500',
      inject: onPage(answer('**/face/enrol/options', status(500))),
      ...early('backend_unavailable'),
    },
    {
      name: 'options: half an answer',
      inject: onPage(change('**/face/enrol/options', (body) => body.subarray(0, body.length >> 1))),
      ...early('backend_unavailable'),
    },
    {
      name: 'options: connection lost',
      inject: onPage(answer('**/face/enrol/options', (route) => route.abort('connectionreset'))),
      ...early('backend_unavailable'),
    },
    {
      name: 'options: another sealing key',
      inject: onPage(change('**/face/enrol/options', swapKey)),
      ...early('options_signature'),
    },
    {
      name: 'receipts: 500',
      inject: onPage(answer('**/face/receipts', status(500))),
      ends: error('backend_unavailable'),
      reaches: 'camera',
    },
    {
      name: 'response: 500',
      inject: onPage(answer('**/face/enrol', status(500))),
      ends: error('backend_unavailable'),
      reaches: 'camera',
      sent: true,
    },
    {
      name: 'response: half an answer',
      inject: onPage(change('**/face/enrol', (body) => body.subarray(0, body.length >> 1))),
      ends: error('backend_unavailable'),
      reaches: 'camera',
      sent: true,
    },
    {
      name: 'everything slow',
      inject: onPage(answer('**/face/**', later(600))),
      ends: succeeds,
      reaches: 'camera',
    },
  ],
}

function early(code: string) {
  return { unasked: true, ends: error(code), reaches: 'dialog' } as const
}

/** The answer of the person is gone while the ceremony waits for something: at every such place. */
const consent: FaultGroup = {
  about: 'consent withdrawn in another tab',
  faults: [
    ...(['models', 'worker', 'camera', 'capture', 'captured', 'receipts', 'response'] as const).map(
      (stage): Fault => ({
        name: `at ${stage}`,
        inject: onPage(answer('**/face/enrol', later(600))),
        withdraws: { at: stage, consent: 'process' },
        ends: error('consent_withdrawn'),
        ...(stage === 'models' && { reaches: 'models' }),
        // The request was on its way already.
        ...(stage === 'response' && { sent: true }),
      }),
    ),
    {
      name: 'the second one alone, at receipts',
      withdraws: { at: 'receipts', consent: 'transmit' },
      ends: error('consent_withdrawn'),
      reaches: 'camera',
    },
    {
      name: 'that of another person: none of our business',
      withdraws: { at: 'capture', consent: 'process', ofAnother: true },
      ends: succeeds,
      reaches: 'camera',
    },
  ],
}

export const faultGroups: readonly FaultGroup[] = [models, worker, camera, storage, backend, consent]
