import * as v from 'valibot'
import { livenessStep } from '../wire/liveness'

/** Bodies of the routes. `docs/openapi.json` is generated from these. */

/** `/withdraw` and `/export`: the session says who. */
export const nothing = v.strictObject({})

/** `avoid`: movements that the person cannot do. */
export const optionsBody = v.strictObject({ avoid: v.exactOptional(v.pipe(v.array(livenessStep), v.maxLength(7))) })

/** Compact JWS receipts, oldest first. */
export const receiptsBody = v.strictObject({
  receipts: v.pipe(v.array(v.pipe(v.string(), v.maxLength(32_768))), v.minLength(1), v.maxLength(100)),
})

/** Bytes of a body at most. */
export const maxReceiptsBytes = 512 * 1024
export const maxStatementBytes = 4096
