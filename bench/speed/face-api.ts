import { expose } from 'comlink'
import { type ContestantApi, timed } from './contestant'

/** The part of face-api.js that both lines have; the tiny detector looks at 224 pixels. */
export interface FaceApi {
  readonly env: { setEnv(env: Readonly<Record<string, unknown>>): void }
  readonly nets: Readonly<
    Record<'tinyFaceDetector' | 'faceLandmark68Net' | 'faceRecognitionNet', { loadFromUri(uri: string): Promise<void> }>
  >
  readonly tf: {
    setBackend(name: string): Promise<boolean>
    ready(): Promise<void>
    getBackend(): string
    memory(): { readonly numTensors: number }
    readonly setWasmPaths?: (prefix: string) => void
  }
  readonly TinyFaceDetectorOptions: new (options: { readonly inputSize: number }) => object
  detectAllFaces(input: OffscreenCanvas, options: object): { run(): Promise<readonly Detection[]> }
  detectSingleFace(
    input: OffscreenCanvas,
    options: object,
  ): {
    withFaceLandmarks(): { run(): Promise<WithLandmarks | undefined> }
  }
  extractFaces(input: OffscreenCanvas, boxes: readonly unknown[]): Promise<readonly OffscreenCanvas[]>
  computeFaceDescriptor(input: OffscreenCanvas): Promise<Float32Array>
}

interface Detection {
  readonly score: number
}
interface WithLandmarks {
  readonly alignedRect: unknown
}

/** Both lines take their pictures from a canvas. `backends`: the first that starts and computes is taken. */
export function exposeFaceApi(faceApi: FaceApi, backends: readonly string[]): void {
  const canvas = new OffscreenCanvas(1, 1)
  const context = canvas.getContext('2d', { willReadFrequently: true })!
  const options = new faceApi.TinyFaceDetectorOptions({ inputSize: 224 })
  const look: ContestantApi['look'] = async (image) => {
    const ms: Record<string, number> = {}
    const started = performance.now()
    canvas.width = image.width
    canvas.height = image.height
    context.drawImage(image, 0, 0)
    image.close()
    const found = await faceApi.detectSingleFace(canvas, options).withFaceLandmarks().run()
    ms.guidance = performance.now() - started
    if (!found) return { faces: 0, ms }
    // What `.withFaceDescriptor()` does, in two steps so that they are timed apart.
    const [chip] = await timed(ms, 'extract', () => faceApi.extractFaces(canvas, [found.alignedRect]))
    await timed(ms, 'embed', () => faceApi.computeFaceDescriptor(chip!))
    ms.frame = performance.now() - started
    return { faces: 1, ms }
  }
  const api: ContestantApi = {
    start: async () => {
      faceApi.env.setEnv({
        ...{ Canvas: OffscreenCanvas, CanvasRenderingContext2D: OffscreenCanvasRenderingContext2D, ImageData },
        ...{ Image: class {}, Video: class {}, fetch: (url: string, init?: RequestInit) => fetch(url, init) },
        createCanvasElement: () => new OffscreenCanvas(1, 1),
        createImageElement: () => undefined,
        readFile: () => undefined,
      })
      faceApi.tf.setWasmPaths?.('/tfjs/')
      const { tinyFaceDetector, faceLandmark68Net, faceRecognitionNet } = faceApi.nets
      for (const backend of backends) {
        if (!(await faceApi.tf.setBackend(backend).catch(() => false))) continue
        await faceApi.tf.ready()
        for (const net of [tinyFaceDetector, faceLandmark68Net, faceRecognitionNet])
          await net.loadFromUri('/packages/@vladmandic/face-api/model')
        return faceApi.tf.getBackend()
      }
      throw new Error(`no backend of ${backends.join(', ')}`)
    },
    look,
    tensors: async () => faceApi.tf.memory().numTensors,
  }
  expose(api)
}
