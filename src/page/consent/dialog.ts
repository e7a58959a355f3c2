import type { AgeStatus } from '../../policy/schema'
import { type FrameOptions, openDialogFrame } from './frame'
import { type Notice, noticeText } from './notice'
import { ageScreen, copyScreen, type DialogAnswer, noticeScreen } from './screens'

export interface ConsentDialog {
  /** One screen, one question (L01, L02). Every way out but an agree button declines. */
  ask(notice: Notice, form: 'click' | 'written'): Promise<DialogAnswer>
  /** L07: a declared age group; closing means `unknown`. */
  askAge(): Promise<AgeStatus>
  /** L08: the copy to keep. */
  offerCopy(copy: string, fileName: string): Promise<void>
  close(): void
}

/** The screens of a consent, one after the other in one modal. */
export function openConsentDialog(options: FrameOptions): ConsentDialog {
  const frame = openDialogFrame(options)
  const { words } = options
  return {
    ask: (notice, form) =>
      frame.show<DialogAnswer>(
        {
          dismissed: { act: 'decline' },
          spoken: noticeText(notice),
          closeLabel: notice.scope === 'process' ? words.dialog.close : words.notice.doNotAllow,
        },
        (answer) => noticeScreen(notice, form, words, answer),
      ),
    askAge: () =>
      frame.show<AgeStatus>(
        {
          dismissed: 'unknown',
          spoken: `${words.dialog.ageTitle}\n${words.dialog.ageLead}`,
          closeLabel: words.dialog.close,
        },
        (answer) => ageScreen(words, answer),
      ),
    offerCopy: (copy, fileName) =>
      frame.show<void>({ dismissed: undefined, spoken: copy, closeLabel: words.dialog.carryOn }, (answer) =>
        copyScreen(copy, fileName, words, answer),
      ),
    close: frame.close,
  }
}
