import type { ComparedBy, FaceSealError, FaceSealErrorCode, FaceSettingsResult } from '../index'
import type { FaceSealState, OtherWayReason } from './states'

/** How a check ended, where it did not go the other way. */
export type FaceSealResult =
  | { readonly kind: 'enrolled'; readonly by: ComparedBy }
  | {
      readonly kind: 'verified'
      /** Yes or no, never a score. What counts is what your backend knows. */
      readonly verified: boolean
      readonly by: ComparedBy
      /** False where `level="backend"` was asked and the person allowed the device only. */
      readonly sufficient: boolean
    }
  | ({ readonly kind: 'settings' } & FaceSettingsResult)

/** Events of `<face-seal>`. All bubble and are composed; none can be cancelled. */
export interface FaceSealEventMap {
  /** Each step; `code` where something went wrong that the person was told about. */
  facesealstatechange: CustomEvent<{ readonly state: FaceSealState; readonly code?: FaceSealErrorCode | undefined }>
  facesealresult: CustomEvent<FaceSealResult>
  facesealerror: CustomEvent<{ readonly error: FaceSealError }>
  /**
   * The person goes the other way: not an error (L04). `chosen` is the id in the policy, `null` where no policy was read
   * yet, because the person pressed the widget's own button first.
   */
  facesealalternative: CustomEvent<{ readonly chosen: string | null; readonly reason: OtherWayReason }>
}
