/** `faceseal/element`: defines `<face-seal>` where custom elements exist; on a server it only exports. */
import type { FaceSealEventMap } from './events'
import { FaceSealElement } from './face-seal'

export type { BackendAnswer, FaceSealBackend, SentOutcome } from './backend'
export type { FaceSealEventMap, FaceSealResult } from './events'
export { FaceSealElement, type FurtherInit } from './face-seal'
export type { FaceSealMode, FaceSealState, OtherWayReason } from './states'

declare global {
  interface HTMLElementTagNameMap {
    'face-seal': FaceSealElement
  }
  // They bubble, so any element may hear them.
  interface HTMLElementEventMap extends FaceSealEventMap {}
}

// Twice in one page, as two bundles may do it, must not throw.
if (globalThis.customElements && !customElements.get('face-seal')) customElements.define('face-seal', FaceSealElement)
