import type { CeremonyProgress, SendStep } from 'faceseal'
import type { OutgoingRequest } from './outgoing'
import { payloadOf } from './recorder'
import { type DemoLanguage, wordsFor } from './words'

type StageName = CeremonyProgress['stage'] | SendStep

const byId = <T extends HTMLElement>(id: string) => document.getElementById(id) as T

/** The panel "what left this page": requests, envelope header, receipts, and the time of each stage. */
export function createPanel(onStage: (name: StageName, milliseconds: number) => void) {
  const foreign: string[] = []
  const violations: string[] = []
  let language: DemoLanguage = 'zh-CN'
  let stage: { name: StageName; since: number } | undefined
  // It scrolls, so the arrow keys must get there.
  byId('requests-scroll').tabIndex = 0
  const showTime = (name: StageName, milliseconds: number) => {
    const key = `stage${name[0]!.toUpperCase()}${name.slice(1)}` as `stage${Capitalize<StageName>}`
    showLine(wordsFor(language)[key], `${Math.round(milliseconds)} ms`)
    onStage(name, milliseconds)
  }

  const summarise = () => {
    const words = wordsFor(language)
    const lines = [
      byId('requests').childElementCount === 0 ? words.none : '',
      foreign.length > 0 ? words.foreign + foreign.join(', ') : words.allOwn,
      violations.length > 0 ? words.violations + violations.join(', ') : '',
    ]
    byId('elsewhere').textContent = lines.filter(Boolean).join(' ')
  }
  document.addEventListener('securitypolicyviolation', ({ effectiveDirective, blockedURI }) => {
    violations.push(`${effectiveDirective} ${blockedURI}`)
    summarise()
  })

  return {
    translate(to: DemoLanguage) {
      language = to
      summarise()
    },
    add(request: OutgoingRequest) {
      const own = request.url.origin === location.origin
      if (!own) foreign.push(request.url.origin)
      const row = document.createElement('tr')
      row.toggleAttribute('data-body', request.bytes > 0)
      const status = cell('…')
      const place = cell(own ? request.url.pathname : request.url.href)
      place.title = request.url.href
      row.append(
        cell(`${request.method} ${request.by}`),
        place,
        cell(request.bytes.toLocaleString(language), 'number'),
        status,
      )
      byId('requests').append(row)
      // The newest stays in view, without moving the page.
      const table = byId('requests-scroll')
      table.scrollTop = table.scrollHeight
      request.status.then((text) => {
        status.textContent = text
      })
      if (request.header) showHeader(request.header)
      for (const receipt of request.receipts) showReceipt(receipt)
      summarise()
    },
    /** Closes the stage before, with its time, and opens this one. */
    stage(name: StageName, text = '') {
      const now = performance.now()
      if (stage && stage.name !== name) showTime(stage.name, now - stage.since)
      if (stage?.name !== name) stage = { name, since: now }
      if (text) showLine(text)
    },
    endStages() {
      if (stage) showTime(stage.name, performance.now() - stage.since)
      stage = undefined
    },
    clearStages() {
      byId('timeline').replaceChildren()
      stage = undefined
    },
  }
}

/** What a stage's progress says beyond its name. */
export function detailOf(progress: CeremonyProgress): string {
  switch (progress.stage) {
    case 'camera':
      return `${progress.report.model} · ${progress.report.backend} · ${progress.report.detector}`
    case 'captured':
      return Object.entries(progress.report.timings)
        .map(([name, milliseconds]) => `${name} ${Math.round(milliseconds)} ms`)
        .join(' · ')
    default:
      return ''
  }
}

function showHeader(header: object): void {
  byId('envelope-part').hidden = false
  byId('envelope').replaceChildren(
    ...Object.entries(header).flatMap(([name, value]) => {
      const term = document.createElement('dt')
      const text = document.createElement('dd')
      term.textContent = name
      text.textContent = String(value)
      return [term, text]
    }),
  )
}

function showReceipt(jws: string): void {
  byId('receipts-part').hidden = false
  const payload = payloadOf(jws)
  const { event, scope, sequence } = payload
  const item = document.createElement('li')
  const part = document.createElement('details')
  const title = document.createElement('summary')
  const body = document.createElement('pre')
  title.textContent = `${sequence} ${event} ${scope}`
  body.textContent = JSON.stringify(payload, null, 2)
  part.append(title, body)
  item.append(part)
  byId('receipts').append(item)
  byId('receipt-count').textContent = String(byId('receipts').childElementCount)
}

function showLine(text: string, time = ''): void {
  const item = document.createElement('li')
  item.append(span(text), span(time))
  byId('timeline').append(item)
}

function span(text: string): HTMLSpanElement {
  const made = document.createElement('span')
  made.textContent = text
  return made
}

function cell(text: string, className = ''): HTMLTableCellElement {
  const made = document.createElement('td')
  made.textContent = text
  made.className = className
  return made
}
