import '@tensorflow/tfjs-core/dist/base_side_effects'
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm/dist/base'
import '@tensorflow/tfjs-backend-webgl/dist/base'
import { env, ready, removeBackend, setBackend } from '@tensorflow/tfjs-core'
import { FaceSealError } from '../../wire/errors'
import type { AssetBytes, ComputeBackend } from '../../wire/worker-protocol'
import { registerWebAssemblyKernels } from './kernels-wasm'
import { registerWebGLKernels } from './kernels-webgl'
import { computesRightly, workloadMs } from './self-test'

/** How many times faster WebGL must be to be taken: reading results back costs more there than the self-test shows. */
const webglGain = 1.5
/** A renderer that needs longer than this for the first tiny operations is not measured further. */
const webglPatienceMs = 400

const softwareRenderer = /swiftshader|llvmpipe|softpipe|software|basic render/i

export interface ChosenBackend {
  readonly backend: ComputeBackend
  readonly simd: boolean
  readonly timings: Readonly<Record<string, number>>
}

/**
 * Starts the compute backend that computes the self-test rightly and fastest, or the one that is asked for.
 * WebGPU is left out: its backend would add more to the worker than it can gain on nets that take 30 ms in WebAssembly.
 * Throws `self_test_failed` when none is right.
 */
export async function chooseBackend(assets: AssetBytes, forced?: ComputeBackend): Promise<ChosenBackend> {
  serveWasm(assets)
  registerWebAssemblyKernels()
  const timings: Record<string, number> = {}
  const simd = await env().getAsync('WASM_HAS_SIMD_SUPPORT')
  const found: ComputeBackend[] = []

  if (forced !== 'webgl' && (await starts('wasm')) && computesRightly()) {
    timings.wasm = workloadMs()
    found.push('wasm')
  }
  if (forced !== 'wasm' && hasWebGL2(forced === 'webgl')) {
    registerWebGLKernels()
    const started = performance.now()
    if ((await starts('webgl')) && computesRightly()) {
      const patient = forced === 'webgl' || performance.now() - started < webglPatienceMs
      timings.webgl = patient ? workloadMs() : Number.POSITIVE_INFINITY
      found.push('webgl')
    }
  }
  const [best] = found.sort((a, b) => cost(timings, a) - cost(timings, b))
  if (!best) throw new FaceSealError('self_test_failed', { detail: forced ?? 'wasm, webgl' })
  for (const other of found) if (other !== best) removeBackend(other)
  await setBackend(best)
  return { backend: best, simd: best === 'wasm' && simd === true, timings: finite(timings) }
}

function cost(timings: Readonly<Record<string, number>>, backend: ComputeBackend): number {
  return (timings[backend] ?? Number.POSITIVE_INFINITY) * (backend === 'webgl' ? webglGain : 1)
}

async function starts(backend: ComputeBackend): Promise<boolean> {
  const unhandled = firstUnhandledRejection()
  try {
    const start = async () => {
      const chosen = await setBackend(backend)
      await ready()
      return chosen
    }
    return await Promise.race([start(), unhandled.rejected])
  } catch {
    return false
  } finally {
    unhandled.ignore()
  }
}

/** tfjs lets go of the promise that instantiates its wasm: where that is refused, it would wait for ever. */
function firstUnhandledRejection() {
  const heard = new AbortController()
  const rejected = new Promise<never>((_, reject) => {
    addEventListener(
      'unhandledrejection',
      (event) => {
        event.preventDefault()
        reject(event.reason)
      },
      { signal: heard.signal },
    )
  })
  return { rejected, ignore: () => heard.abort() }
}

/**
 * Whether there is WebGL 2 on a graphics processor. A software renderer is 15 to 30 times slower than WebAssembly and
 * needs half a second to prove it, so it is measured only when it is asked for.
 */
function hasWebGL2(forced: boolean): boolean {
  try {
    const context = new OffscreenCanvas(1, 1).getContext('webgl2')
    if (!context) return false
    const extension = context.getExtension('WEBGL_debug_renderer_info')
    const renderer: unknown = context.getParameter(extension?.UNMASKED_RENDERER_WEBGL ?? context.RENDERER)
    context.getExtension('WEBGL_lose_context')?.loseContext()
    return forced || !softwareRenderer.test(String(renderer))
  } catch {
    return false
  }
}

/** tfjs fetches its wasm by name; this hands it the bytes that are here already, for the airlock has no `fetch`. */
function serveWasm(assets: AssetBytes): void {
  const environment = env()
  environment.set('WASM_HAS_MULTITHREAD_SUPPORT', false)
  environment.platform.fetch = async (file: string) => {
    const bytes = assets[file]
    if (!bytes) throw new FaceSealError('model_unavailable', { detail: file })
    return { ok: true, arrayBuffer: async () => bytes } as Response
  }
  setWasmPaths('', true)
}

function finite(timings: Readonly<Record<string, number>>): Readonly<Record<string, number>> {
  return Object.fromEntries(Object.entries(timings).filter(([, value]) => Number.isFinite(value)))
}
