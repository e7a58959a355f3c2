// What must compile about the widget's events, and what must not.
import type { FaceSealElement } from '../../src/element/index.ts'

export function listen(face: FaceSealElement): void {
  face.addEventListener('facesealresult', ({ detail }) => {
    const kind: 'enrolled' | 'verified' | 'settings' = detail.kind
    // @ts-expect-error yes or no, never a score
    return [kind, detail.score]
  })
  face.addEventListener('facesealalternative', ({ detail }) => {
    // @ts-expect-error nothing was chosen where no policy was read
    const chosen: string = detail.chosen
    return chosen
  })
  face.init = { passkey: { rpId: 'example.org' }, voice: true, reason: 'settings' }
  // @ts-expect-error one of three
  face.mode = 'identify'
}
