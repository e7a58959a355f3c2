import { inLocale } from '../../policy/locale-text'
import { FaceSealError } from '../../wire/errors'
import type { CaptureResult } from '../../wire/worker-protocol'
import { type CaptureProblem, captureProblems } from '../ceremony-types'
import { loadMessages, matchLocale } from '../i18n'
import { type CaptureSession, captureOnce } from './run'
import { type CaptureView, type LeaveReason, openCaptureView } from './view'

/** A capture that was granted, before the person sees anything of it. */
export type GrantedCapture = Omit<CaptureSession, 'view'>

/** How it ended: for the one result, or because the person left. */
export type Captured =
  | { readonly kind: 'result'; readonly result: CaptureResult }
  | { readonly kind: 'left'; readonly reason: LeaveReason | CaptureProblem }

/** Tries until there is a result or the person leaves; what no person can mend is thrown. */
export async function captureUntilDone(granted: GrantedCapture): Promise<Captured> {
  const { init, options, policy, grant, request } = granted
  const view = await openView(granted)
  const signal = AbortSignal.any([granted.signal, view.left])
  let problem: CaptureProblem | undefined
  try {
    for (;;) {
      try {
        const result = await captureOnce({ init, options, policy, grant, request, view, signal })
        init.onProgress?.({ stage: 'captured', report: result.report })
        return { kind: 'result', result }
      } catch (error) {
        if (view.left.aborted) throw error
        problem = problemOf(error)
        if (!problem) throw error
        init.onProgress?.({ stage: 'problem', code: problem })
        await view.problem(problem, signal)
        problem = undefined
        if (Date.now() / 1000 >= options.exp) throw new FaceSealError('options_expired')
      }
    }
  } catch (error) {
    if (!view.left.aborted) throw error
    return { kind: 'left', reason: problem ?? (view.left.reason as LeaveReason) }
  } finally {
    view.close()
  }
}

async function openView({ init, policy, signal }: GrantedCapture): Promise<CaptureView> {
  const words = await loadMessages(matchLocale(init.locale ?? navigator.languages, policy.locales), signal)
  return openCaptureView({
    mount: init.mount ?? document.body,
    words,
    elder: policy.presentation?.elder ?? false,
    theme: init.theme,
    voice: init.voice,
    alternative: inLocale(policy.alternatives[0]!.label, words.locale),
    deviceId: init.deviceId,
  })
}

function problemOf(error: unknown): CaptureProblem | undefined {
  return error instanceof FaceSealError ? captureProblems.find((code) => code === error.code) : undefined
}
