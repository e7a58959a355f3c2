import * as faceseal from 'faceseal'
import { type ClientInit, type ClientOutcome, enrol, FaceSealError, settings, verify } from 'faceseal'
import { watchOutgoing } from './outgoing'
import { createPanel, detailOf } from './panel'
import { canRegister, passkeyOf, registerPasskey } from './register-passkey'
import type { Ending, SessionRequest } from './run-scenario'
import { createScenarioPage } from './scenario-page'
import { watchGuidance } from './watch-guidance'
import { watchWorkers } from './watch-worker'
import { type DemoLanguage, languages, translatePage, wordsFor } from './words'

const byId = <T extends HTMLElement>(id: string) => document.getElementById(id) as T

// For the console of whoever tests this page.
Object.assign(globalThis, { faceseal })

const scenarios = createScenarioPage((act, session, extra) => run(act === 'enrol' ? enrol : verify, session, extra))
const { recorder } = scenarios
const panel = createPanel(recorder.stage)
watchOutgoing((request) => {
  panel.add(request)
  recorder.request(request)
})
watchWorkers(recorder.memory)
watchGuidance(byId('mount'), recorder.guidance)

const address = new URLSearchParams(location.search)
let language: DemoLanguage = navigator.language.startsWith('zh') ? 'zh-CN' : 'en'
let running: AbortController | undefined
/** Who is signed in where a scenario runs: the settings are this person's then. */
let session: SessionRequest | undefined

speak(languages.find((known) => known === address.get('lang')) ?? language)
scenarios.choose()
if (address.has('run')) void scenarios.run()
byId<HTMLSelectElement>('language').addEventListener('change', (event) => {
  speak((event.target as HTMLSelectElement).value as DemoLanguage)
})
byId('enrol').addEventListener('click', () => void run(enrol))
byId('verify').addEventListener('click', () => void run(verify))
byId('settings').addEventListener('click', openSettings)
byId('sms').addEventListener('click', openSms)
byId('passkey').hidden = !canRegister()
byId('passkey').addEventListener('click', addPasskey)
byId('sms-form').addEventListener('submit', checkSms)
byId<HTMLInputElement>('elder').addEventListener('change', (event) => {
  document.documentElement.toggleAttribute('data-elder', (event.target as HTMLInputElement).checked)
})
byId('camera').addEventListener('pointerdown', listCameras)

function speak(to: DemoLanguage): void {
  language = to
  byId<HTMLSelectElement>('language').value = to
  translatePage(to)
  panel.translate(to)
  scenarios.translate(to)
  if (byId('state').dataset.state === 'idle') show('idle', wordsFor(to).idle)
}

/** One ceremony, from the sign-in to what is shown of its end. `as` and `extra` are a scenario's. */
async function run(
  ceremony: (init: ClientInit) => Promise<ClientOutcome>,
  as?: SessionRequest,
  extra: Partial<ClientInit> = {},
): Promise<Ending> {
  running?.abort()
  running = new AbortController()
  session = as
  const words = wordsFor(language)
  byId('sms-form').hidden = true
  panel.clearStages()
  show('busy', words.busy)
  try {
    await signIn()
    const outcome = await ceremony({
      baseUrl: '/face',
      mount: byId('mount'),
      locale: language,
      signal: running.signal,
      localOnly: byId<HTMLInputElement>('local-only').checked,
      deviceId: byId<HTMLSelectElement>('camera').value || undefined,
      onSend: (step) => panel.stage(step),
      ...(await passkeyOf()),
      ...extra,
      onProgress: (progress) => {
        panel.stage(progress.stage, detailOf(progress))
        extra.onProgress?.(progress)
      },
    })
    return showOutcome(outcome)
  } catch (error) {
    const code = error instanceof FaceSealError ? error.code : String(error)
    if (code === 'consent_withdrawn') return show('withdrawn', words.withdrawn, code)
    return show('error', `${words.failed}: ${code}`, code)
  } finally {
    panel.endStages()
  }
}

function showOutcome(outcome: ClientOutcome): Ending {
  const words = wordsFor(language)
  if (outcome.kind === 'alternative') {
    void openSms()
    return show('alternative', words.alternative, outcome.reason)
  }
  if (outcome.kind === 'enrolled') {
    return show('enrolled', outcome.by === 'backend' ? words.enrolledBackend : words.enrolledDevice, outcome.by)
  }
  const { verified, by } = outcome
  return show(verified ? 'accepted' : 'rejected', verified ? words.verifiedYes : words.verifiedNo, by)
}

/** `state` and `detail` are what the e2e tests read. */
function show(state: string, text: string, detail = ''): Ending {
  const line = byId('state')
  line.dataset.state = state
  line.dataset.detail = detail
  line.textContent = text
  return { state, detail }
}

/** Also while a ceremony runs: a withdrawal stops it at once. */
async function openSettings(): Promise<void> {
  await signIn()
  const { withdrawn } = await settings({ baseUrl: '/face', locale: language })
  if (withdrawn) show('withdrawn', wordsFor(language).withdrawn)
}

async function signIn(): Promise<void> {
  await post('/demo/session', session ?? { account: byId<HTMLSelectElement>('account').value })
}

/** The other way: works without a face, a camera or a consent. */
async function openSms(): Promise<void> {
  byId('sms-form').hidden = false
  const { code } = (await post('/demo/sms', {})) as { code?: string }
  byId('sms-lead').textContent = `${wordsFor(language).smsLead} ${code ?? ''}`
  byId('sms-code').focus()
}

async function addPasskey(): Promise<void> {
  const words = wordsFor(language)
  await signIn()
  const added = await registerPasskey()
  show(added ? 'passkey-added' : 'passkey-failed', added ? words.passkeyAdded : words.passkeyFailed)
}

async function checkSms(event: Event): Promise<void> {
  event.preventDefault()
  const words = wordsFor(language)
  const { verified } = (await post('/demo/sms/verify', { code: byId<HTMLInputElement>('sms-code').value })) as {
    verified?: boolean
  }
  if (!verified) await openSms()
  byId('sms-form').hidden = verified === true
  show(verified ? 'sms-accepted' : 'sms-rejected', verified ? words.smsDone : words.smsWrong)
}

async function post(path: string, body: object): Promise<unknown> {
  const headers = { 'content-type': 'application/json' }
  const response = await fetch(path, { method: 'POST', headers, body: JSON.stringify(body) })
  return await response.json()
}

/** Names of cameras are there only after the permission; nothing is opened to read them. */
async function listCameras(): Promise<void> {
  const select = byId<HTMLSelectElement>('camera')
  const devices = await navigator.mediaDevices.enumerateDevices()
  const cameras = devices.filter(({ kind, deviceId }) => kind === 'videoinput' && deviceId)
  for (const { deviceId, label } of cameras) {
    if (Array.from(select.options).some(({ value }) => value === deviceId)) continue
    select.append(new Option(label || deviceId.slice(0, 8), deviceId))
  }
}
