import { html, LitElement, nothing, type PropertyValues, svg, type TemplateResult } from 'lit'
import { type CeremonyProgress, type ClientInit, FaceSealError, type LocaleTag, prefetchModels } from '../index'
import { loadMessages, type Messages, matchLocale } from '../page/i18n'
import type { Theme } from '../page/theme'
import { type FaceSealBackend, type RunInit, type RunOutcome, runCeremony, runSettings } from './backend'
import type { FaceSealEventMap } from './events'
import {
  type Action,
  actionsOf,
  type FaceSealMode,
  type FaceSealState,
  isBusy,
  modes,
  offersSettings,
  type Situation,
  showsCamera,
  stageStates,
} from './states'
import { elementStyles } from './styles'
import { allEnded, awaitTurn, isEnding, turnOver } from './turns'
import { labelOf, sentenceOf, type Words, wordsFor } from './words/index'

/**
 * Options of the headless API that the widget hands through as they are. `passkey` belongs to `baseUrl`: functions of the
 * page's own send the answer, so they ask for it themselves.
 */
export type FurtherInit = Pick<
  ClientInit,
  'headers' | 'expectedSigner' | 'guardianToken' | 'deviceId' | 'onSend' | 'passkey' | 'voice' | 'reason'
>

interface Run {
  readonly stop: AbortController
  readonly ended: Promise<void>
}

/**
 * `<face-seal>`: the whole conversation as one element over the headless API. It asks in the same dialog, shows the same
 * camera view and starts nothing by itself: the person presses a button first (`prefetch` lets the page have the files
 * fetched before that). Removing, disabling or resetting it ends
 * what runs, and so does another `mode`, which resets it; the camera's light is on in the state `capturing` only.
 *
 * As a form control its value is `enrolled`, `verified` or the backend's id of the answer, empty before and from the start
 * of the next check on; with `required` it is invalid (`valueMissing`) while it is empty. The value only says how far the
 * person got: your backend knows the answer.
 *
 * Events: {@link FaceSealEventMap}. Attributes: those of the properties below, in kebab case; `backend` and `init` have none.
 * Slots: `alternative` (your link or button for the other way, drawn like the widget's own, which stands there while yours
 * is hidden or empty), `heading`, `notice` (what you
 * want to say beside the notice, never in its place). Parts: `card`, `heading`, `message`, `button` (every choice, all
 * alike), `link`, `progress`, `stage`. Custom properties: `--faceseal-ink`, `-paper`, `-quiet`, `-line`, `-shade`,
 * `-mark`, `-alert`, `-radius`, `-button-radius`, `-font`, `-font-size`. Of these the consent dialog takes the font only.
 */
export class FaceSealElement extends LitElement {
  static readonly formAssociated = true
  /** What the parts and custom properties above stand on. */
  static override readonly styles = elementStyles
  static override readonly shadowRootOptions: ShadowRootInit = { ...LitElement.shadowRootOptions, delegatesFocus: true }
  static override readonly properties = {
    baseUrl: { attribute: 'base-url' },
    optionsUrl: { attribute: 'options-url' },
    answerUrl: { attribute: 'answer-url' },
    localUrl: { attribute: 'local-url' },
    receiptsUrl: { attribute: 'receipts-url' },
    withdrawUrl: { attribute: 'withdraw-url' },
    assetBase: { attribute: 'asset-base' },
    workerUrl: { attribute: 'worker-url' },
    profile: {},
    prefetch: { type: Boolean },
    locale: {},
    theme: { reflect: true },
    mode: { reflect: true },
    level: { reflect: true },
    localOnly: { attribute: 'local-only', type: Boolean },
    disabled: { type: Boolean, reflect: true },
    required: { type: Boolean, reflect: true },
    name: { reflect: true },
    backend: { attribute: false },
    init: { attribute: false },
  }

  /** Where the backend's handler is mounted, e.g. `/face`. */
  declare baseUrl: string | undefined
  /**
   * Address of this mode's options, where it is not the handler's under `baseUrl`. Without `baseUrl` all five are needed,
   * and this one must answer for the settings too while the person is locked out.
   */
  declare optionsUrl: string | undefined
  /** Address of the sealed response, likewise. */
  declare answerUrl: string | undefined
  /** Address of the device's own yes or no, likewise. */
  declare localUrl: string | undefined
  /** Address of the consent records, likewise. */
  declare receiptsUrl: string | undefined
  /** Address of the withdrawal, from the settings, likewise. */
  declare withdrawUrl: string | undefined
  /** Instead of `baseUrl`: your own functions. */
  declare backend: FaceSealBackend | undefined
  /** Folder of the model files, on the page's own origin. */
  declare assetBase: string | undefined
  /** Address of worker.js. */
  declare workerUrl: string | undefined
  /** `lite`: without MediaPipe; fewer bytes, the same faces (docs/performance.md). */
  declare profile: ClientInit['profile']
  /**
   * Opt-in (L01): the model files are fetched into the browser's cache before anybody was asked; see {@link prefetchModels},
   * which pages of another embedder call themselves. Goes on while `disabled`; the mode `settings` and removal end it.
   */
  declare prefetch: boolean
  /** BCP 47; without it the nearest `lang`, then the browser's languages. */
  declare locale: string | undefined
  declare theme: Theme | undefined
  /** Another one ends what runs, and forgets what came of the one before: an enrolment is no verification. */
  declare mode: FaceSealMode
  /** `backend`: a comparison on the device alone is not enough for this page; see `sufficient` of the result. */
  declare level: 'device' | 'backend'
  /** Never ask for the second consent: compare on this device only. */
  declare localOnly: boolean
  declare disabled: boolean
  declare required: boolean
  /** Of the form control. */
  declare name: string | undefined
  declare init: FurtherInit | undefined

  readonly #internals: ElementInternals
  #run: Run | undefined
  #situation: Omit<Situation, 'mode'> = { state: 'idle' }
  /** The mode that run, situation and value belong to. */
  #ownMode: FaceSealMode = 'verify'
  #hasSlottedWay = false
  #slotted: MutationObserver | undefined
  #value: string | null = null
  #chosen: string | null = null
  #fieldsetDisabled = false
  #stopWaiting: (() => void) | undefined
  #ahead: { readonly what: string; readonly stop: AbortController } | undefined
  #shared: Messages | undefined

  constructor() {
    super()
    this.#internals = this.attachInternals()
    this.mode = 'verify'
    this.level = 'device'
    this.localOnly = false
    this.prefetch = false
    this.disabled = false
    this.required = false
  }

  get state(): FaceSealState {
    return this.#situation.state
  }

  /** As a form control: `enrolled`, `verified` or the backend's id; `null` before. */
  get value(): string | null {
    return this.#value
  }

  get form(): HTMLFormElement | null {
    return this.#internals.form
  }
  get validity(): ValidityState {
    return this.#internals.validity
  }
  get validationMessage(): string {
    return this.#internals.validationMessage
  }
  get willValidate(): boolean {
    return this.#internals.willValidate
  }
  checkValidity(): boolean {
    return this.#internals.checkValidity()
  }
  reportValidity(): boolean {
    return this.#internals.reportValidity()
  }

  /** What the button does. Resolves when it is over, whatever came of it; while something runs, that. Never throws. */
  async start(): Promise<void> {
    if (this.#mode === 'settings') return await this.openSettings()
    const kind = this.#mode
    await this.#begin('preparing', async (init) => this.#finish(await runCeremony(kind, init), init.signal))
  }

  /** The person's own view: what is held, export, withdrawal, deletion (L06, L10, L11, L20). */
  async openSettings(): Promise<void> {
    await this.#begin('asking', async (init) => {
      const result = await runSettings(init)
      if (init.signal.aborted) return
      const settled = result.deleted === 'partial' ? 'partial' : undefined
      const done = result.withdrawn ? 'withdrawn' : result.deleted ? 'deleted' : undefined
      if (done) this.#setValue(null)
      this.#show({ state: 'idle', settled: settled ?? done ?? (result.reconsidered ? 'reconsidered' : undefined) })
      this.#dispatch('facesealresult', { kind: 'settings', ...result })
    })
  }

  /** Ends what runs: camera, worker, dialog. */
  stop(): void {
    if (!this.#run) return
    this.#end()
    this.#show({ state: 'stopped' })
  }

  /** As the form's reset: ends what runs and forgets what came of it. Records and templates stay; see the settings. */
  reset(): void {
    this.#end()
    this.#setValue(null)
    this.#show({ state: 'idle' })
  }

  override connectedCallback(): void {
    super.connectedCallback()
    this.#slotted = new MutationObserver(() => this.requestUpdate())
    const attributeFilter = ['slot', 'hidden', 'style', 'class', 'aria-label']
    this.#slotted.observe(this, { childList: true, subtree: true, characterData: true, attributeFilter })
    this.requestUpdate()
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    this.#slotted?.disconnect()
    this.#fetchAhead()
    // A node that is only moved is ended as well: no light stays on for an element that nobody sees.
    const ran = this.#run !== undefined || this.state === 'waiting'
    this.#end()
    if (ran) this.#show({ state: 'idle' })
  }

  formResetCallback(): void {
    this.reset()
  }

  formDisabledCallback(disabled: boolean): void {
    this.#fieldsetDisabled = disabled
    if (disabled) this.stop()
    this.requestUpdate()
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('disabled') && this.disabled) this.stop()
    this.#followMode()
    this.#fetchAhead()
    if (this.state === 'error' && this.#shared && this.#shared.locale !== this.#locale)
      void this.#loadShared().then(() => this.requestUpdate())
    const { visibility } = getComputedStyle(this)
    this.#hasSlottedWay = [...this.children].some((child) => child.slot === 'alternative' && isSeen(child, visibility))
  }

  protected override updated(): void {
    if (this.required && this.#value === null && this.#mode !== 'settings') {
      const anchor = this.renderRoot.querySelector<HTMLElement>('.choice, .card') ?? undefined
      this.#internals.setValidity({ valueMissing: true }, this.#words.own.required, anchor)
    } else this.#internals.setValidity({})
    this.setAttribute('state', this.state)
  }

  protected override render(): TemplateResult {
    const words = this.#words
    const situation = this.#whole
    const actions = actionsOf(situation)
    const alert = situation.state === 'error' || situation.state === 'rejected'
    return html`
      <section part="card" class="card" lang=${words.locale} aria-labelledby="title"
        aria-busy=${isBusy(situation)} ?hidden=${showsCamera(situation)}>
        <div class="head">
          ${markOf(situation)}
          <slot name="heading"><h2 id="title" part="heading">${words.own.title[this.#mode]}</h2></slot>
        </div>
        <p part="message" class=${alert ? 'alert' : ''} id="message" role="status" tabindex="-1">${sentenceOf(situation, words)}</p>
        ${situation.state === 'idle' ? html`<slot name="notice"></slot>` : nothing}
        ${isBusy(situation) ? html`<progress part="progress" aria-labelledby="message"></progress>` : nothing}
        <div class="actions">${actions.map((action) => this.#button(action, words))}</div>
        ${this.#hasSettings && offersSettings(situation) ? this.#settingsLink(words) : nothing}
      </section>
      <div id="mount"></div>`
  }

  #button(action: Action, words: Words): TemplateResult {
    const button = html`<button type="button" part="button" class="choice" data-act=${action} ?disabled=${this.#inactive}
      @click=${this.#press}>${labelOf(action, this.#mode, words)}</button>`
    if (action !== 'alternative') return button
    // What the page puts in has its own act; that it was pressed is said all the same. Where nobody would see it, the
    // widget's own button stands in (L05).
    return html`<slot name="alternative" ?hidden=${!this.#hasSlottedWay} @click=${this.#pressAlternative}
        @slotchange=${this.#reslotted}></slot>${this.#hasSlottedWay ? nothing : button}`
  }

  readonly #reslotted = (): void => this.requestUpdate()

  #settingsLink({ own }: Words): TemplateResult {
    return html`<button type="button" part="link" class="link" data-act="settings" ?disabled=${this.#inactive}
      @click=${this.#press}>${own.settingsLink}</button>`
  }

  readonly #press = (event: Event): void => {
    const { act } = (event.currentTarget as HTMLElement).dataset
    if (act === 'start' || act === 'again') void this.start()
    else if (act === 'settings') void this.openSettings()
    else if (act === 'cancel') this.stop()
    else if (act === 'alternative') this.#pressAlternative()
  }

  readonly #pressAlternative = (): void => {
    if (this.#inactive) return
    const { state, reason } = this.#situation
    const kept = state === 'alternative' ? reason : undefined
    if (!kept) this.#show({ state: 'alternative', reason: 'other_way' })
    this.#dispatch('facesealalternative', { chosen: this.#chosen, reason: kept ?? 'other_way' })
  }

  get #whole(): Situation {
    return { ...this.#situation, mode: this.#mode }
  }

  /** An attribute may hold anything. */
  get #mode(): FaceSealMode {
    return modes.find((mode) => mode === this.mode) ?? 'verify'
  }

  get #inactive(): boolean {
    return this.disabled || this.#fieldsetDisabled
  }

  get #hasSettings(): boolean {
    return this.backend ? this.backend.settings !== undefined : typeof (this.baseUrl ?? this.optionsUrl) === 'string'
  }

  get #words(): Words {
    return wordsFor(this.#locale, this.#shared)
  }

  get #wanted(): string | undefined {
    return this.locale || this.closest<HTMLElement>('[lang]')?.lang || undefined
  }

  get #locale(): LocaleTag {
    return matchLocale(this.#wanted ?? navigator.languages)
  }

  async #begin(first: FaceSealState, act: (init: RunInit) => Promise<void>): Promise<void> {
    this.#followMode()
    if (this.#run) return await this.#run.ended
    if (this.#inactive || !this.isConnected) return
    this.#stopWaiting?.()
    // What an earlier check said is not the answer of this one; the settings alone change nothing about it.
    if (first === 'preparing') this.#setValue(null)
    const stop = new AbortController()
    const ended = this.#perform(first, act, stop.signal)
    this.#run = { stop, ended }
    await ended
  }

  async #perform(first: FaceSealState, act: (init: RunInit) => Promise<void>, signal: AbortSignal): Promise<void> {
    try {
      // Not before the caller has noted the run.
      await Promise.resolve()
      if (signal.aborted) return
      // Before a listener may end this run: it must not wait for itself.
      const others = allEnded()
      this.#show({ state: first })
      await others
      await this.updateComplete
      if (!signal.aborted) await act(this.#runInit(signal))
    } catch (error) {
      if (!signal.aborted) await this.#loadShared()
      if (!signal.aborted) this.#fail(error)
    } finally {
      if (!signal.aborted) this.#run = undefined
      // One that found the place taken leaves it to nobody.
      if (this.state !== 'waiting') turnOver()
    }
  }

  #runInit(signal: AbortSignal): RunInit {
    const { baseUrl, backend, assetBase, workerUrl, profile, localOnly, theme, init } = this
    // An attribute that was taken away is null.
    const endpoints = {
      options: this.optionsUrl || undefined,
      answer: this.answerUrl || undefined,
      local: this.localUrl || undefined,
      receipts: this.receiptsUrl || undefined,
      withdraw: this.withdrawUrl || undefined,
    }
    const mount = this.renderRoot.querySelector('#mount') ?? this
    const onProgress = (progress: CeremonyProgress) => {
      if (!signal.aborted) this.#follow(progress)
    }
    return {
      ...{
        ...init,
        baseUrl: baseUrl ?? undefined,
        endpoints,
        backend,
        assetBase: assetBase ?? undefined,
        workerUrl: workerUrl ?? undefined,
        profile: profile ?? undefined,
        localOnly,
        theme,
        mount,
        signal,
        onProgress,
      },
      locale: this.#wanted,
    }
  }

  /** Follows the properties: what they ask for is fetched once, and what they ask for no more is ended. */
  #fetchAhead(): void {
    const wanted = this.prefetch && this.isConnected && this.#mode !== 'settings'
    const [assetBase, profile] = [this.assetBase ?? undefined, this.profile ?? undefined]
    const what = wanted ? JSON.stringify([assetBase, profile]) : undefined
    if (what === this.#ahead?.what) return
    this.#ahead?.stop.abort()
    this.#ahead = what === undefined ? undefined : { what, stop: new AbortController() }
    // Nobody waits for it: what is missing is said, in words, when it is needed.
    if (this.#ahead) prefetchModels({ assetBase, profile, signal: this.#ahead.stop.signal }).catch(() => undefined)
  }

  #follow(progress: CeremonyProgress): void {
    const state = stageStates[progress.stage]
    const code = progress.stage === 'problem' ? progress.code : undefined
    if (state !== this.state || code !== this.#situation.code) this.#show({ state, code })
  }

  #finish(outcome: RunOutcome, signal: AbortSignal): void {
    if (signal.aborted) return
    if (outcome.kind === 'alternative') {
      if (outcome.reason === 'cancelled') {
        this.#show({ state: 'stopped' })
        return
      }
      this.#chosen = outcome.chosen
      this.#show({ state: 'alternative', reason: outcome.reason })
      this.#dispatch('facesealalternative', { chosen: outcome.chosen, reason: outcome.reason })
      return
    }
    const { by, id } = outcome
    if (outcome.kind === 'enrolled') {
      this.#setValue(id ?? 'enrolled')
      this.#show({ state: 'enrolled', by })
      this.#dispatch('facesealresult', { kind: 'enrolled', by })
      return
    }
    const { verified } = outcome
    const sufficient = this.level !== 'backend' || by === 'backend'
    this.#setValue(verified && sufficient ? (id ?? 'verified') : null)
    this.#show({ state: verified ? 'accepted' : 'rejected', by, insufficient: verified && !sufficient })
    this.#dispatch('facesealresult', { kind: 'verified', verified, by, sufficient })
  }

  #fail(thrown: unknown): void {
    const error = thrown instanceof FaceSealError ? thrown : new FaceSealError('worker_lost', { cause: thrown })
    const { code, retryable } = error
    if (code === 'already_running') {
      this.#stopWaiting = awaitTurn(() => this.state === 'waiting' && this.#show({ state: 'idle' }))
      this.#show({ state: 'waiting' })
      return
    }
    const network = code === 'backend_unavailable' || code === 'model_unavailable' || code === 'module_unavailable'
    this.#show({ state: 'error', code, retryable, offline: network && !navigator.onLine })
    this.#dispatch('facesealerror', { error })
  }

  /** The words for what went wrong. Without them there is still a sentence of the widget's own. */
  async #loadShared(): Promise<void> {
    this.#shared = await loadMessages(this.#locale).catch(() => undefined)
  }

  #followMode(): void {
    if (this.#mode === this.#ownMode) return
    this.#ownMode = this.#mode
    this.reset()
  }

  /** Aborts; what the run still answers is nobody's business any more. */
  #end(): void {
    this.#stopWaiting?.()
    this.#stopWaiting = undefined
    const run = this.#run
    if (!run) return
    this.#run = undefined
    run.stop.abort()
    isEnding(run.ended)
  }

  #show(situation: Omit<Situation, 'mode'>): void {
    const held = this.matches(':focus-within') || document.activeElement === document.body
    const { state, code } = this.#situation
    this.#situation = situation
    this.requestUpdate()
    if (situation.state === state && situation.code === code) return
    this.#dispatch('facesealstatechange', { state: situation.state, code: situation.code })
    if (held) void this.updateComplete.then(() => this.#keepFocus())
  }

  /** The button that was pressed is gone: the focus goes to what is said now, not to the top of the page. */
  #keepFocus(): void {
    if (isBusy(this.#whole) || showsCamera(this.#whole) || this.state === 'idle') return
    this.renderRoot.querySelector<HTMLElement>('#message')?.focus({ preventScroll: true })
  }

  #setValue(value: string | null): void {
    this.#value = value
    this.#internals.setFormValue(value)
  }

  #dispatch<K extends keyof FaceSealEventMap>(type: K, detail: FaceSealEventMap[K]['detail']): void {
    this.dispatchEvent(new CustomEvent(type, { detail, bubbles: true, composed: true }))
  }
}

/** A person, no lens; a tick when it is done. */
function markOf({ state }: Situation): TemplateResult {
  const good = state === 'accepted' || state === 'enrolled'
  const tick = svg`<circle cx="17" cy="17" r="14"/><path d="m11 17 4.5 4.5 8-9"/>`
  const person = svg`<ellipse cx="17" cy="11" rx="6" ry="7.5"/><path d="M4 31c1-6 6-8.5 13-8.5S29 25 30 31"/>`
  return html`<svg class=${good ? 'mark good' : 'mark'} viewBox="0 0 34 34" aria-hidden="true">
    ${good ? tick : person}</svg>`
}

const pictures = 'img, svg, canvas, input, [aria-label]'

/** Whether there is anything in it to see or hear. Its own display and contents count, not whether the card is drawn now. */
function isSeen(element: Element, visibility: string): boolean {
  const style = getComputedStyle(element)
  if (style.display === 'none' || style.visibility !== visibility) return false
  // A custom element draws in a tree of its own.
  if (element.localName.includes('-') || element.matches(pictures)) return true
  const nodes = element instanceof HTMLSlotElement ? element.assignedNodes({ flatten: true }) : [...element.childNodes]
  return nodes.some((node) => (node instanceof Element ? isSeen(node, visibility) : isText(node)))
}

function isText(node: Node): boolean {
  return node instanceof Text && node.data.trim() !== ''
}
