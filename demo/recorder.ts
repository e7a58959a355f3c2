import type { OutgoingRequest } from './outgoing'
import type { Report, ReportStep } from './report'
import type { GuidanceTimes } from './watch-guidance'
import { heapBytes, type WorkerMemory } from './watch-worker'

/** Keeps what is measured while a scenario runs, for its report. */
export function createRecorder(onMemory: (heap: Report['heap'], worker: Report['worker']) => void) {
  let requests: { readonly request: OutgoingRequest; status: string }[] = []
  let stages: ReportStep['stages'] = []
  let guidance: ReportStep['guidance'] = null
  let heap: Report['heap'] = null
  let worker: Report['worker'] = null
  let loads = 0
  const sampleHeap = () => {
    const now = heapBytes()
    if (now === undefined) return
    heap = { before: heap?.before ?? now, after: now, peak: Math.max(heap?.peak ?? 0, now) }
    onMemory(heap, worker)
  }
  return {
    clear() {
      requests = []
      heap = null
      worker = null
      loads = 0
      sampleHeap()
    },
    clearStep() {
      stages = []
      guidance = null
    },
    request(request: OutgoingRequest) {
      const entry = { request, status: '…' }
      requests.push(entry)
      request.status.then((text) => {
        entry.status = text
      })
    },
    stage(name: string, milliseconds: number) {
      stages = [...stages, { name, milliseconds: Math.round(milliseconds) }]
      sampleHeap()
    },
    guidance({ shown, instruction }: GuidanceTimes) {
      guidance = {
        shown: Math.round(shown),
        instruction: instruction === undefined ? null : Math.round(instruction),
      }
    },
    memory({ tensors, bytes, frames }: WorkerMemory) {
      const most = (name: 'tensors' | 'bytes' | 'frames', now: number) => Math.max(worker?.[name] ?? 0, now)
      worker = {
        samples: (worker?.samples ?? 0) + 1,
        ...{ tensors: most('tensors', tensors), bytes: most('bytes', bytes), frames: most('frames', frames) },
      }
      sampleHeap()
    },
    loading: () => {
      loads += 1
    },
    /** How often the progress bar moved. */
    loads: () => loads,
    step: () => ({ stages, guidance }),
    /** Sealed digests among the requests from `since` on. */
    sealed: (since = 0) => requests.slice(since).filter(({ request }) => request.header).length,
    requests: () => requests,
    foreign: () => requests.filter(({ request }) => request.url.origin !== location.origin).length,
    finish(): Pick<Report, 'left' | 'heap' | 'worker'> {
      sampleHeap()
      return {
        left: {
          requests: requests.map(({ request: { by, method, url, bytes }, status }) => {
            return { by, method, url: url.origin === location.origin ? url.pathname : url.href, bytes, status }
          }),
          bytes: requests.reduce((sum, { request }) => sum + request.bytes, 0),
          headers: requests.flatMap(({ request: { header } }) => (header ? [{ ...header }] : [])),
          receipts: requests.flatMap(({ request }) => request.receipts.map(payloadOf)),
        },
        ...{ heap, worker },
      }
    },
  }
}
export type Recorder = ReturnType<typeof createRecorder>

/** Of a compact JWS, unverified: for people to read. */
export function payloadOf(jws: string): Record<string, unknown> {
  const payload = (jws.split('.')[1] ?? '').replaceAll('-', '+').replaceAll('_', '/')
  const bytes = Uint8Array.from(atob(payload), (character) => character.charCodeAt(0))
  return JSON.parse(new TextDecoder().decode(bytes)) as Record<string, unknown>
}
