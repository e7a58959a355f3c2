import type { FaceSealErrorCode } from '../../wire/errors'
import type { LocaleTag } from '../../wire/locale'
import type { CaptureProgress } from '../../wire/worker-protocol'
import type { LoadProgress } from '../assets'
import type { Messages } from '../i18n'
import { type Theme, wear } from '../theme'
import { cameraList } from './cameras'
import { challengeRing } from './ring'
import { captureStyles } from './styles'
import { openVoice } from './voice'

/** Why the person left. Neither is an error (L04). */
export type LeaveReason = 'cancelled' | 'other_way'

export interface CaptureViewOptions {
  readonly mount: Element
  readonly words: Messages
  /** Large type, one thing below the other. */
  readonly elder: boolean
  readonly theme?: Theme | undefined
  /** Says each request aloud as well, where the device has a voice of its own. */
  readonly voice?: boolean | undefined
  /** Name of the alternative, in the language of `words`. */
  readonly alternative: string
  /** The integrator's camera, as in `MediaDeviceInfo.deviceId`. */
  readonly deviceId?: string | undefined
}

/** What the person sees between consent and result. Every state offers the other way, at the size of the rest (L05). */
export interface CaptureView {
  /** Aborted with a {@link LeaveReason} once the person pressed one of the two buttons. */
  readonly left: AbortSignal
  /** The camera that the person chose after a problem, else the integrator's while it is there; `undefined` leaves it to the browser. */
  readonly deviceId: string | undefined
  loading(progress: LoadProgress): void
  opening(step: 'worker' | 'camera'): void
  capturing(video: HTMLVideoElement): void
  hint(progress: CaptureProgress): void
  /** What the button "another movement" does during the current capture. */
  onOtherMovement(act: () => void): void
  /** Says what went wrong and waits until the person asks for another try; rejects with the signal's reason. */
  problem(code: FaceSealErrorCode, signal: AbortSignal): Promise<void>
  close(): void
}

/** Names for `::part()`, in the view's own host and, through it, in one around it. */
const captureParts = 'card, stage, progress, message, button'

export function openCaptureView(options: CaptureViewOptions): CaptureView {
  const { mount, words, elder, theme, voice, alternative, deviceId } = options
  const { locale } = words
  const left = new AbortController()
  const parts = build(words, alternative, deviceId)
  const speech = voice ? openVoice(locale, elder) : undefined
  const host = document.createElement('div')
  host.toggleAttribute('data-faceseal-capture', true)
  host.lang = locale
  host.toggleAttribute('data-elder', elder)
  host.setAttribute('exportparts', captureParts)
  wear(host, theme)
  attach(host, parts.section)
  mount.append(host)
  host.scrollIntoView({ block: 'nearest' })
  parts.cancel.addEventListener('click', () => left.abort('cancelled' satisfies LeaveReason))
  parts.otherWay.addEventListener('click', () => left.abort('other_way' satisfies LeaveReason))
  let otherMovement = () => {}
  parts.otherMovement.addEventListener('click', () => otherMovement())

  const show = (state: 'waiting' | 'capturing' | 'problem', text: string) => {
    host.dataset.state = state
    host.toggleAttribute('data-good', false)
    parts.wait.hidden = state !== 'waiting'
    parts.stage.hidden = state === 'problem'
    parts.steps.hidden = state !== 'capturing'
    parts.retry.hidden = state !== 'problem'
    parts.cameras.hide()
    parts.otherMovement.hidden = true
    parts.ring.show(undefined)
    say(parts.hint, text)
    if (state !== 'capturing') parts.stage.querySelector('video')?.remove()
  }

  return {
    left: left.signal,
    get deviceId() {
      return parts.cameras.chosen()
    },
    loading({ loaded, total }) {
      show('waiting', words.ceremony.loadingModels(Math.floor((100 * loaded) / total)))
      parts.bar.max = total
      parts.bar.value = loaded
      parts.amount.textContent = `${megabytes(loaded, locale)} / ${megabytes(total, locale)} MB`
    },
    opening(step) {
      show('waiting', step === 'worker' ? words.ceremony.preparing : words.ceremony.startingCamera)
      parts.bar.removeAttribute('value')
      parts.amount.textContent = ''
    },
    capturing(video) {
      show('capturing', words.hints.look_here)
      video.setAttribute('aria-hidden', 'true')
      parts.stage.prepend(video)
    },
    onOtherMovement(act) {
      otherMovement = act
    },
    hint({ hint, accepted, needed, seen, challenge }) {
      host.dataset.hint = hint
      host.toggleAttribute('data-good', hint === 'hold_still' || hint === 'face_forward' || hint === 'done')
      const asked = challenge && hint === 'other_movement' ? words.hints[challenge.step] : undefined
      const request = asked ? words.ceremony.notThat(asked) : words.hints[hint]
      say(parts.hint, request)
      speech?.say(request)
      parts.ring.show(challenge, hint)
      const asking = challenge !== undefined && challenge.done < challenge.of
      parts.otherMovement.hidden = !asking
      parts.steps.ariaLabel = challenge
        ? words.ceremony.movement(Math.min(challenge.done, challenge.of - 1), challenge.of)
        : words.ceremony.captured(accepted, needed)
      if (challenge) fill(parts.steps, challenge.done, challenge.of)
      // Before the first frame nobody knows whether movements will be asked.
      else if (seen > 0) fill(parts.steps, accepted, needed)
    },
    problem(code, signal) {
      delete host.dataset.hint
      host.dataset.problem = code
      show('problem', words.errors[code])
      speech?.say(words.errors[code])
      parts.retry.textContent = code === 'page_hidden' ? words.dialog.carryOn : words.ceremony.retry
      if (code.startsWith('camera_')) void parts.cameras.offer(code)
      parts.retry.focus()
      return new Promise((resolve, reject) => {
        const again = () => {
          delete host.dataset.problem
          resolve()
        }
        parts.retry.addEventListener('click', again, { once: true, signal })
        signal.addEventListener('abort', () => reject(signal.reason), { once: true })
        if (signal.aborted) reject(signal.reason)
      })
    },
    close: () => {
      speech?.stop()
      host.remove()
    },
  }
}

function build({ ceremony, notice }: Messages, alternative: string, deviceId: string | undefined) {
  const bar = element('progress', { ariaLabel: ceremony.preparing })
  const amount = element('span')
  const wait = element('div', { className: 'wait' }, bar, amount)
  const ring = challengeRing()
  const stage = element('div', { className: 'stage' }, oval(), ring.svg, wait)
  const hint = element('p', { className: 'hint', role: 'status', ariaLive: 'polite' })
  const steps = element('div', { className: 'steps', role: 'img' })
  const retry = element('button', { type: 'button', textContent: ceremony.retry })
  const otherMovement = element('button', { type: 'button', textContent: ceremony.otherMovement, hidden: true })
  const cancel = element('button', { type: 'button', textContent: ceremony.cancel })
  const otherWay = element('button', { type: 'button', textContent: notice.useInstead(alternative) })
  const actions = element('div', { className: 'actions' }, retry, otherMovement, otherWay, cancel)
  const cameras = cameraList(ceremony, deviceId)
  const section = element(
    'section',
    { className: 'capture', ariaLabel: ceremony.cameraTitle },
    stage,
    hint,
    steps,
    cameras.element,
    actions,
  )
  // One name for every button, so that no page can dress them unequally (L05).
  for (const button of [retry, otherMovement, cancel, otherWay]) button.part.add('button')
  const named = { card: section, stage, progress: bar, message: hint }
  for (const [name, part] of Object.entries(named)) part.part.add(name)
  return { section, stage, ring, wait, bar, amount, hint, steps, cameras, retry, cancel, otherWay, otherMovement }
}

function attach(host: HTMLElement, section: HTMLElement): void {
  const sheet = new CSSStyleSheet()
  sheet.replaceSync(captureStyles)
  const root = host.attachShadow({ mode: 'open' })
  root.adoptedStyleSheets = [sheet]
  root.append(section)
}

/** Where the face goes: a veil with an oval hole, in the 4:3 of the stage. */
function oval(): SVGSVGElement {
  const namespace = 'http://www.w3.org/2000/svg'
  const svg = document.createElementNS(namespace, 'svg')
  svg.setAttribute('viewBox', '0 0 640 480')
  svg.setAttribute('preserveAspectRatio', 'xMidYMid slice')
  svg.setAttribute('aria-hidden', 'true')
  const veil = document.createElementNS(namespace, 'path')
  veil.setAttribute('class', 'veil')
  veil.setAttribute('fill-rule', 'evenodd')
  veil.setAttribute('d', 'M0 0H640V480H0ZM320 40a150 200 0 1 0 .01 0Z')
  const line = document.createElementNS(namespace, 'ellipse')
  line.setAttribute('class', 'oval')
  for (const [name, value] of Object.entries({ cx: 320, cy: 240, rx: 150, ry: 200 }))
    line.setAttribute(name, `${value}`)
  svg.append(veil, line)
  return svg
}

function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  properties: Partial<HTMLElementTagNameMap[K]> = {},
  ...children: readonly Node[]
): HTMLElementTagNameMap[K] {
  const made = Object.assign(document.createElement(tag), properties)
  made.append(...children)
  return made
}

/** A live region speaks at each change of its text, so equal text is not set again. */
function say(region: HTMLElement, text: string): void {
  if (region.textContent !== text) region.textContent = text
}

function fill(steps: HTMLElement, accepted: number, needed: number): void {
  if (steps.childElementCount !== needed) {
    steps.replaceChildren(...Array.from({ length: needed }, () => document.createElement('span')))
  }
  for (const [i, step] of Array.from(steps.children).entries()) step.classList.toggle('taken', i < accepted)
}

function megabytes(bytes: number, locale: LocaleTag): string {
  return (bytes / 1e6).toLocaleString(locale, { minimumFractionDigits: 1, maximumFractionDigits: 1 })
}
