// Stands in for the headless API under the widget's card, where only its looks count; test/browser/element runs the real one.
import { type ClientOutcome, FaceSealError } from '../../../src/index.ts'

export * from '../../../src/index.ts'

/** What a run of the widget comes to. */
export type CardAnswer = 'accepted' | 'rejected' | 'alternative' | 'error'

declare global {
  var cardAnswer: CardAnswer
}

export async function verify(): Promise<ClientOutcome> {
  const { cardAnswer } = globalThis
  if (cardAnswer === 'error') throw new FaceSealError('backend_unavailable')
  if (cardAnswer === 'alternative') return { kind: 'alternative', chosen: 'card', reason: 'declined', receipts: [] }
  return { kind: 'verified', verified: cardAnswer === 'accepted', by: 'backend' }
}
