import { FaceSealError } from '../wire/errors'
import type { StoreTransaction } from './store'

/** Uses a challenge up: of any number of calls at once exactly one returns, the others throw `challenge_consumed`. */
export async function consumeOrThrow(transaction: StoreTransaction, sid: string, now: number): Promise<void> {
  if (!(await transaction.consumeChallenge(sid, now))) throw new FaceSealError('challenge_consumed')
}
