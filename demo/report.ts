import * as v from 'valibot'
import { scenarioIds } from './scenarios'

const milliseconds = v.pipe(v.number(), v.minValue(0))
const count = v.pipe(v.number(), v.integer(), v.minValue(0))
const ending = v.strictObject({ state: v.string(), detail: v.string() })
const passed = v.boolean()

const step = v.strictObject({
  act: v.picklist(['enrol', 'verify']),
  /** `preparation`: not what the scenario is about. */
  part: v.picklist(['preparation', 'scenario']),
  camera: v.picklist(['clip', 'device', 'none']),
  clip: v.nullable(v.string()),
  expected: ending,
  actual: ending,
  passed,
  milliseconds,
  stages: v.array(v.strictObject({ name: v.string(), milliseconds })),
  /** From the last answer to the first picture of the camera view, and to "look here"; `null` where it did not come. */
  guidance: v.nullable(v.strictObject({ shown: milliseconds, instruction: v.nullable(milliseconds) })),
})

const check = v.strictObject({ name: v.string(), expected: v.string(), actual: v.string(), passed })

/** Of one request of the page. Paths of this origin, full addresses of any other. */
const request = v.strictObject({
  by: v.string(),
  method: v.string(),
  url: v.string(),
  bytes: count,
  status: v.string(),
})

/** One scenario, once. A tester sends this along with a finding. */
export const reportSchema = v.strictObject({
  v: v.literal(1),
  scenario: v.picklist(scenarioIds),
  passed,
  startedAt: v.pipe(v.string(), v.isoTimestamp()),
  version: v.string(),
  language: v.string(),
  browser: v.strictObject({ userAgent: v.string(), width: count, height: count, pixelRatio: v.number() }),
  steps: v.pipe(v.array(step), v.minLength(1)),
  checks: v.pipe(v.array(check), v.minLength(1)),
  left: v.strictObject({
    requests: v.array(request),
    /** Of all bodies. */
    bytes: count,
    /** Clear headers of the sealed digests. */
    headers: v.array(v.record(v.string(), v.unknown())),
    /** Payloads of the signed records. */
    receipts: v.array(v.record(v.string(), v.unknown())),
  }),
  /** JavaScript heap in bytes; `null` where the browser does not tell. */
  heap: v.nullable(v.strictObject({ before: count, after: count, peak: count })),
  /** From the worker's own count; `null` where it ended before it was asked. */
  worker: v.nullable(v.strictObject({ samples: count, tensors: count, bytes: count, frames: count })),
})

export type Report = v.InferOutput<typeof reportSchema>
export type ReportStep = Report['steps'][number]
export type ReportCheck = Report['checks'][number]

/** Offers the report as a file; nothing is sent. */
export function downloadReport(report: Report): void {
  const text = JSON.stringify(v.parse(reportSchema, report), null, 2)
  const url = URL.createObjectURL(new Blob([text], { type: 'application/json' }))
  const link = document.createElement('a')
  link.href = url
  link.download = `faceseal-${report.scenario}-${report.startedAt.replace(/[:.]/g, '-')}.json`
  link.click()
  setTimeout(() => URL.revokeObjectURL(url), 10_000)
}
