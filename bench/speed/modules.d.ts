/** Contestants, as files of their packages; types of the little that is called. */

declare module '#human' {
  export class Human {
    constructor(config: Readonly<Record<string, unknown>>)
    readonly tf: { getBackend(): string; memory(): { readonly numTensors: number } }
    load(): Promise<void>
    init(): Promise<void>
    detect(
      input: ImageBitmap,
      config?: Readonly<Record<string, unknown>>,
    ): Promise<{ readonly face: readonly unknown[]; readonly performance: Readonly<Record<string, number>> }>
  }
}

declare module '#vladmandic-face-api' {
  const faceApi: import('./face-api').FaceApi
  export const env: typeof faceApi.env
  export const nets: typeof faceApi.nets
  export const tf: typeof faceApi.tf
  export const TinyFaceDetectorOptions: typeof faceApi.TinyFaceDetectorOptions
  export const detectAllFaces: typeof faceApi.detectAllFaces
  export const detectSingleFace: typeof faceApi.detectSingleFace
  export const extractFaces: typeof faceApi.extractFaces
  export const computeFaceDescriptor: typeof faceApi.computeFaceDescriptor
}

declare module '#face-api.js' {}
