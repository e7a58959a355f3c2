import { base64url } from 'jose'
import { expect, it, vi } from 'vitest'
import type { CaptureRequest } from '../../../src/wire/worker-protocol'
import { capture } from '../../../src/worker/capture'
import type { Collected } from '../../../src/worker/collect'
import type { Engine } from '../../../src/worker/engine'

const collected = vi.hoisted(() => ({ answer: undefined as unknown }))
vi.mock('../../../src/worker/collect', () => ({ collectFrames: async () => collected.answer }))
vi.mock('../../../src/worker/frames', () => ({ openFrames: () => ({ close: () => undefined }) }))

async function captured(subjectSalt: string, signal: AbortSignal) {
  const frames = [1, 2, 3].map((value) => ({
    ...{ embedding: new Float32Array(4).fill(value), score: 1, iris: 1, liveness: undefined },
  }))
  const stream = { backwards: false, metronomic: false, still: false }
  collected.answer = { frames, seen: 3, accepted: 3, different: 3, stream, steps: [] } satisfies Collected
  const engine = {
    reader: { wipe: () => undefined },
    detector: { forget: async () => undefined },
    embedder: { modelId: 'mobilefacenet.00000000', mean: new Float32Array(4) },
  } as unknown as Engine
  const request = {
    ...{ binding: { kind: 'enrol', bits: 1024, subjectSalt }, keys: {}, delivery: 'sealed' },
    ...{ frames: 3, timeoutMs: 60_000 },
  } as unknown as CaptureRequest
  const source = { kind: 'port', port: new MessageChannel().port1 } as const
  const result = capture(engine, request, source, () => undefined, signal)
  await expect(result).rejects.toThrow()
  return frames.flatMap(({ embedding }) => [...embedding])
}

it('L17 a capture that is stopped once the frames are there leaves no embedding, nor does one without a salt', async () => {
  const salt = base64url.encode(new Uint8Array(32))
  const nothing = Array(12).fill(0)
  expect(await captured(salt, AbortSignal.abort(new Error('withdrawn')))).toEqual(nothing)
  expect(await captured('short', new AbortController().signal)).toEqual(nothing)
})
