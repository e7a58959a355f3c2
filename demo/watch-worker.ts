/** What the worker says of its own memory, in answer to the library's sign of life every two seconds. */
export interface WorkerMemory {
  readonly tensors: number
  readonly bytes: number
  /** Camera frames received and not yet closed. */
  readonly frames: number
}

/** Reads along what workers post to this page; call before any is started. */
export function watchWorkers(onMemory: (memory: WorkerMemory) => void): void {
  globalThis.Worker = class extends Worker {
    constructor(url: string | URL, options?: WorkerOptions) {
      super(url, options)
      this.addEventListener('message', ({ data }) => {
        const { value } = (data ?? {}) as { readonly value?: unknown }
        if (isMemory(value)) onMemory(value)
      })
    }
  }
}

function isMemory(value: unknown): value is WorkerMemory {
  return typeof value === 'object' && value !== null && 'tensors' in value && 'frames' in value && 'bytes' in value
}

/** Bytes of JavaScript heap in use, where the browser tells (Chromium). */
export function heapBytes(): number | undefined {
  return (performance as { memory?: { readonly usedJSHeapSize: number } }).memory?.usedJSHeapSize
}
