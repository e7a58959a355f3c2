import type { TransferHandler } from 'comlink'
import { FaceSealError, type FaceSealErrorWire, isFaceSealErrorCode } from './errors'

/**
 * What of a thrown value may cross to the other thread: its code, detail and the message of its cause. Anything but a
 * FaceSealError means that the worker is broken, hence `worker_lost`.
 */
export function errorToWire(thrown: unknown): FaceSealErrorWire {
  if (thrown instanceof FaceSealError) {
    return {
      code: thrown.code,
      ...(thrown.detail !== undefined && { detail: thrown.detail }),
      ...(thrown.cause !== undefined && { cause: messageOf(thrown.cause) }),
    }
  }
  return { code: 'worker_lost', detail: 'unexpected error', cause: messageOf(thrown) }
}

/** The error again, on this side; something unreadable becomes `worker_lost`. */
export function errorFromWire(wire: unknown): FaceSealError {
  const { code, detail, cause } = (wire ?? {}) as Partial<Record<keyof FaceSealErrorWire, unknown>>
  return new FaceSealError(isFaceSealErrorCode(code) ? code : 'worker_lost', {
    ...(typeof detail === 'string' && { detail }),
    ...(typeof cause === 'string' && { cause: new Error(cause) }),
  })
}

/**
 * Replaces Comlink's `throw` handler, which would lose `code`, `detail` and `cause`. Both threads call it with Comlink's
 * own `transferHandlers` before they expose or wrap anything.
 */
export function carryErrors(handlers: Map<string, TransferHandler<unknown, unknown>>): void {
  const standard = handlers.get('throw')
  if (!standard) throw new TypeError("Comlink has no 'throw' handler")
  handlers.set('throw', {
    canHandle: standard.canHandle,
    serialize: (marked) => [errorToWire((marked as { readonly value: unknown }).value), []],
    deserialize: (wire) => {
      throw errorFromWire(wire)
    },
  })
}

function messageOf(cause: unknown): string {
  const text = cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause)
  return text.slice(0, 300)
}
