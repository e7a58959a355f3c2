/** Milliseconds by stage: of the last frame for progress, medians over all frames for the report. */
export class StageClock {
  readonly #samples = new Map<string, number[]>()
  #current: Record<string, number> = {}
  #last: Readonly<Record<string, number>> = {}

  /** Of the frame that ended last; rounded to 0.1 ms, for it is shown. */
  get last(): Readonly<Record<string, number>> {
    return this.#last
  }

  begin(): void {
    this.#current = {}
  }

  /** Times `work` under `stage`; a stage may run more than once a frame. Works for promises too. */
  run<T>(stage: string, work: () => T): T {
    const started = performance.now()
    const stop = () => {
      this.#current[stage] = (this.#current[stage] ?? 0) + performance.now() - started
    }
    let result: T
    try {
      result = work()
    } catch (error) {
      stop()
      throw error
    }
    if (result instanceof Promise) void result.then(stop, stop)
    else stop()
    return result
  }

  /** Files what `run` measured since `begin`. */
  end(): void {
    for (const [stage, value] of Object.entries(this.#current)) {
      const samples = this.#samples.get(stage) ?? []
      samples.push(value)
      this.#samples.set(stage, samples)
    }
    this.#last = rounded(this.#current)
    this.#current = {}
  }

  medians(): Readonly<Record<string, number>> {
    const median = (values: readonly number[]) => [...values].sort((a, b) => a - b)[values.length >> 1] ?? 0
    return rounded(Object.fromEntries([...this.#samples].map(([stage, values]) => [stage, median(values)])))
  }
}

function rounded(values: Readonly<Record<string, number>>): Readonly<Record<string, number>> {
  return Object.fromEntries(Object.entries(values).map(([stage, value]) => [stage, Math.round(value * 10) / 10]))
}
