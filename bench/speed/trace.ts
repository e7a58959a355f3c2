import * as v from 'valibot'

const traceSchema = v.object({
  traceEvents: v.array(
    v.looseObject({
      name: v.string(),
      ph: v.string(),
      pid: v.number(),
      tid: v.number(),
      ts: v.optional(v.number()),
      dur: v.optional(v.number()),
      tdur: v.optional(v.number()),
      args: v.optional(v.looseObject({ name: v.optional(v.unknown()) })),
    }),
  ),
})
type TraceEvent = v.InferOutput<typeof traceSchema>['traceEvents'][number]

/** The longest task on the page's main thread that ran script; milliseconds. */
export interface TraceTask {
  readonly wallMs: number
  /** Of the thread itself: what a busy machine takes away does not count. */
  readonly cpuMs: number | undefined
  /** Tasks over 50 ms of thread time. */
  readonly over50: number
  readonly tasks: number
}

const scriptEvents =
  /^(FunctionCall|EvaluateScript|RunMicrotasks|v8\.(run|callFunction|compileModule|evaluateModule)|FireAnimationFrame|TimerFire)$/

/** Reads Chromium's trace of one walk that took `withinMs`; `undefined` where it holds no task with script. */
export function longestScriptTask(trace: unknown, withinMs: number): TraceTask | undefined {
  const { traceEvents } = v.parse(traceSchema, trace)
  const main = new Set(
    traceEvents
      .filter(({ name, args }) => name === 'thread_name' && args?.name === 'CrRendererMain')
      .map(({ pid, tid }) => `${pid} ${tid}`),
  )
  const complete = traceEvents.filter(
    (event): event is TraceEvent & { readonly ts: number; readonly dur: number } =>
      event.ph === 'X' && event.ts !== undefined && event.dur !== undefined && main.has(`${event.pid} ${event.tid}`),
  )
  const scripts = complete.filter(({ name }) => scriptEvents.test(name))
  const tasks = complete.filter(({ name }) => /RunTask$/.test(name))
  const last = Math.max(...complete.map(({ ts, dur }) => ts + dur))
  const holding = tasks.filter(
    (task) =>
      task.ts >= last - 1000 * (withinMs + 1000) &&
      scripts.some(
        ({ pid, tid, ts, dur }) =>
          pid === task.pid && tid === task.tid && ts >= task.ts && ts + dur <= task.ts + task.dur,
      ),
  )
  if (holding.length === 0) return undefined
  const cost = ({ dur, tdur }: (typeof holding)[number]) => tdur ?? dur
  const longest = holding.reduce((worst, task) => (cost(task) > cost(worst) ? task : worst))
  return {
    wallMs: Math.round(longest.dur / 100) / 10,
    cpuMs: longest.tdur === undefined ? undefined : Math.round(longest.tdur / 100) / 10,
    over50: holding.filter((task) => cost(task) > 50_000).length,
    tasks: holding.length,
  }
}
