// The original looks for a page when it is loaded; a worker has none of it.
Object.assign(globalThis, {
  window: globalThis,
  HTMLImageElement: class {},
  HTMLCanvasElement: OffscreenCanvas,
  HTMLVideoElement: class {},
})
