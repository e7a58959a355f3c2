import * as v from 'valibot'
import { base64urlOf } from '../wire/encoding'
import { proveConsistency, proveInclusion, publishTreeHead } from './evidence-log'
import { HttpRefusal } from './http-problem'
import type { ServerKeys } from './keys'
import { publishDeviceHead } from './ledger'
import type { FaceSealStore } from './store'

/** What a public route gets: nobody is signed in. */
export interface PublicContext {
  readonly store: FaceSealStore
  readonly keys: ServerKeys
  readonly tenant: string
  readonly query: URLSearchParams
  /** Epoch seconds. */
  readonly now: number
}

export type PublicRoute = (context: PublicContext) => Promise<object>

const size = v.pipe(v.string(), v.regex(/^\d{1,15}$/), v.transform(Number))
export const headQuery = v.strictObject({ device: v.exactOptional(base64urlOf(32)) })
export const proofQuery = v.strictObject({ entry: base64urlOf(32) })
export const consistencyQuery = v.strictObject({ from: size, to: size })

/**
 * L25: the evidence log, for anyone. Nothing here tells who or what: an entry is asked for by a hash that only those who
 * hold the statement know, a chain by the thumbprint that is in its receipts.
 */
export const evidenceRoutes: Readonly<Record<string, PublicRoute>> = {
  /** Head of the log; with `device`, head of that device's chain too, which `evidence verify --head` takes. */
  async '/evidence/head'({ query, ...context }) {
    const { device } = readQuery(query, headQuery)
    const treeHead = await publishTreeHead(context)
    if (device === undefined) return { treeHead }
    const head = await publishDeviceHead({ ...context, device })
    if (head === undefined) throw new HttpRefusal(404, 'no such chain')
    return { treeHead, head }
  },
  async '/evidence/proof'({ query, ...context }) {
    const found = await proveInclusion({ ...context, ...readQuery(query, proofQuery) })
    if (!found) throw new HttpRefusal(404, 'no such entry')
    return found
  },
  async '/evidence/consistency'({ query, store }) {
    return proveConsistency({ store, ...readQuery(query, consistencyQuery) })
  },
}

/** Throws `request_invalid` naming the parameter. */
function readQuery<T>(query: URLSearchParams, schema: v.GenericSchema<unknown, T>): T {
  const parsed = v.safeParse(schema, Object.fromEntries(query))
  if (!parsed.success) throw new HttpRefusal(400, v.getDotPath(parsed.issues[0]) ?? parsed.issues[0].message)
  return parsed.output
}
