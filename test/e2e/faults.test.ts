import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { readReceipt } from '../../src/server/ledger'
import { answerConsent, begin, type DemoState, endOf, hintShown, otherWay, press, settled } from './acts'
import { type Fault, faultGroups, type Scene, type Withdrawal } from './faults'
import { openStage, type Stage, type Visitor } from './harness'
import { installSabotage } from './sabotage'

let stage: Stage

beforeAll(async () => {
  stage = await openStage()
})
afterAll(() => stage.close())

for (const { about, faults } of faultGroups)
  describe(about, () => {
    let visitor: Visitor | undefined

    // One page for the whole group: each fault's attempt is also the next attempt of the fault before.
    const enter = async (): Promise<Scene> => {
      visitor ??= await stage.visit({ before: (page) => page.addInitScript(installSabotage) })
      return { stage, visitor }
    }
    afterEach(async ({ task }) => {
      if (task.result?.state !== 'fail') return
      await visitor?.close()
      visitor = undefined
    })
    afterAll(() => visitor?.close())

    for (const fault of faults)
      test(`${fault.name}: ${fault.ends.state} ${fault.ends.detail}`, async () => {
        const scene = await enter()
        const { page } = scene.visitor
        const [logs, started] = [scene.visitor.logs.length, await counts(scene.visitor)]
        await stage.show(fault.shows ?? 'man-a')
        await fault.inject?.(scene)
        expect(await attempt(scene, fault)).toEqual(fault.ends)

        await expectEnded(scene.visitor, fault, started)
        await page.unrouteAll()
        await page.evaluate(() => {
          for (const name of ['camera', 'refuseCamera', 'noSimd', 'noWebGl', 'storage'] as const)
            globalThis.sabotage[name] = undefined
          Object.assign(globalThis.sabotage, { clockAhead: 0, haste: 1 })
        })
        await fault.mend?.(scene)
        if (fault.again) {
          await stage.show('man-a')
          await press(scene.visitor, 'Try again')
          expect(await endOf(scene.visitor)).toEqual({ state: 'enrolled', detail: 'backend' })
        } else if (fault.ends.state === 'problem') {
          await press(scene.visitor, otherWay)
          expect(await settled(scene.visitor)).toEqual({ state: 'alternative', detail: fault.ends.detail })
        }
        expect(await page.locator('[data-faceseal-capture], [data-faceseal-dialog]').count()).toBe(0)
        expect(scene.visitor.logs.slice(logs).filter(ours)).toEqual([])
        const records = await wholeRecords(scene.visitor)
        // The backend has taken all of them, those of the failed attempts before included.
        if (isSuccess(fault.ends)) expect(records.filter((record) => !record.countersignature)).toEqual([])
      })
  })

test('each group ends in a success', () => {
  const last = faultGroups.map(({ faults }) => faults.at(-1)?.ends ?? { state: 'no fault', detail: '' })
  expect(last.filter((ends) => !isSuccess(ends))).toEqual([])
})

function isSuccess({ state }: DemoState): boolean {
  return state === 'enrolled' || state === 'accepted'
}

async function attempt(scene: Scene, { kind = 'enrol', strike, unasked, withdraws }: Fault): Promise<DemoState> {
  const { visitor } = scene
  if (withdraws) return await withdrawnAt(visitor, withdraws)
  if (unasked) {
    await visitor.page.click(`#${kind}`)
    return await settled(visitor)
  }
  const [moment, act] = strike ?? []
  if (moment === 'dialog') {
    await visitor.page.click(`#${kind}`)
    await visitor.page.getByRole('dialog').waitFor()
    await act?.(scene)
    await answerConsent(visitor)
    return await endOf(visitor)
  }
  await begin(visitor, kind)
  if (moment) {
    await hintShown(visitor, moment)
    await act?.(scene)
  }
  return await endOf(visitor)
}

/** Runs `enrol` without the demo around it; at its moment the withdrawal arrives as another tab announces it (L10). */
async function withdrawnAt(visitor: Visitor, withdrawal: Withdrawal): Promise<DemoState> {
  const running = await visitor.page.evaluateHandle(async ({ at, consent, ofAnother }) => {
    const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' }
    const { tenant, purpose, subject } = await (await fetch('/face/enrol/options', init)).json()
    const otherTab = new BroadcastChannel('faceseal-consent')
    const reach = (stage: string) => {
      const scopeKey = [tenant, purpose, ofAnother ? 'another' : subject].join('/')
      if (stage === at) otherTab.postMessage({ scopeKey, consent })
    }
    const ended = globalThis.faceseal
      .enrol({
        ...{ baseUrl: '/face', locale: 'en', mount: document.querySelector('#mount') ?? document.body },
        ...{ onSend: reach, onProgress: ({ stage }: { stage: string }) => reach(stage) },
      })
      .then(
        (outcome) => ({ state: outcome.kind, detail: 'by' in outcome ? outcome.by : outcome.reason }),
        (error) => ({ state: 'error', detail: String(error.code ?? error) }),
      )
      .finally(() => otherTab.close())
    return { ended }
  }, withdrawal)
  await answerConsent(visitor)
  return await running.evaluate(({ ended }) => ended)
}

/** Camera and worker are gone, whatever was started; nothing of the face was sent unless that is the fault's own place. */
async function expectEnded(
  visitor: Visitor,
  { reaches, ends, sent }: Fault,
  before: { readonly cameras: number; readonly workers: number; readonly envelopes: number },
): Promise<void> {
  const after = await counts(visitor)
  if (reaches) {
    expect(after.cameras > before.cameras, 'the camera was opened').toBe(reaches === 'camera')
    const hasWorker = reaches === 'camera' || reaches === 'worker'
    expect(after.workers > before.workers, 'a worker was started').toBe(hasWorker)
  }
  const mayBeSent = sent === true || isSuccess(ends)
  expect(after.envelopes - before.envelopes, 'envelopes sent').toBe(mayBeSent ? 1 : 0)
  expect(await visitor.trackStates(), 'the camera is off').not.toContain('live')
  // A worker that runs in circles is ended by force, which the browser does after some seconds.
  await expect.poll(() => visitor.page.workers().length, { timeout: 60_000 }).toBe(0)
}

async function counts(visitor: Visitor) {
  return {
    cameras: (await visitor.trackStates()).length,
    workers: await visitor.count('workers'),
    envelopes: visitor.requests.filter(({ contentType }) => contentType === 'application/octet-stream').length,
  }
}

/** What the browser writes about an answer it did not like is not ours; nor about a frame on its way to a thread that ended. */
function ours(line: string): boolean {
  return !/^error: (Failed to load (resource|module script)|A VideoFrame was garbage collected)/.test(line)
}

interface KeptReceipt {
  readonly device: string
  readonly jws: string
  readonly countersignature?: string
}

/** Every chain of receipts on this device: signed, in order, none missing (L25). */
async function wholeRecords({ page }: Visitor): Promise<readonly KeptReceipt[]> {
  const kept = await page.evaluate(readKept)
  const heads = new Map<string, { readonly sequence: number; readonly hash: string }>()
  for (const { device, jws } of kept) {
    const { payload, hash } = await readReceipt(jws)
    const before = heads.get(device)
    expect({ sequence: payload.sequence, previous: payload.previous }).toEqual({
      sequence: before ? before.sequence + 1 : 0,
      previous: before ? before.hash : null,
    })
    heads.set(device, { sequence: payload.sequence, hash })
  }
  return kept
}

/** Runs in the page: the receipts in the order of their keys, device and number. */
async function readKept(): Promise<KeptReceipt[]> {
  const answered = <T>(request: IDBRequest<T>) =>
    new Promise<T>((resolve, reject) => {
      request.onsuccess = () => resolve(request.result)
      request.onerror = () => reject(request.error)
    })
  const names = (await indexedDB.databases()).map(({ name }) => name)
  if (!names.includes('faceseal')) return []
  const database = await answered(indexedDB.open('faceseal'))
  try {
    const rows = await answered(database.transaction('receipts').objectStore('receipts').getAll())
    return rows as KeptReceipt[]
  } finally {
    database.close()
  }
}
