import { fetchClip, installClipCamera } from './clip-camera'
import { createRecorder } from './recorder'
import { downloadReport, type Report } from './report'
import { runScenario, type ScenarioStage } from './run-scenario'
import { type ScenarioWords, scenarioWordsFor } from './scenario-words'
import { type Scenario, type ScenarioId, scenarioIds, scenarioOf } from './scenarios'
import type { DemoLanguage } from './words'

const byId = <T extends HTMLElement>(id: string) => document.getElementById(id) as T

type Mark = keyof ScenarioWords['marks']
const signs: Readonly<Record<Mark, string>> = { none: '○', running: '…', passed: '✓', failed: '✕' }

/** The list of scenarios, the one that is chosen by the address, and what came of it. */
export function createScenarioPage(perform: ScenarioStage['perform']) {
  const camera = installClipCamera()
  const marks = new Map<ScenarioId, Mark>()
  let language: DemoLanguage = 'zh-CN'
  let chosen: Scenario | undefined
  let report: Report | undefined
  let running = false
  const words = () => scenarioWordsFor(language)
  const recorder = createRecorder((heap, worker) => showMemory(words(), heap, worker))

  byId('scenario-run').addEventListener('click', () => void run())
  byId('scenario-download').addEventListener('click', () => report && downloadReport(report))
  byId('scenario-list').addEventListener('click', (event) => {
    const link = (event.target as Element).closest('a')
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return
    event.preventDefault()
    if (running) return
    history.pushState(null, '', link.href)
    choose()
  })
  addEventListener('popstate', () => running || choose())

  /** Shows what the address names. */
  function choose(): void {
    const id = new URLSearchParams(location.search).get('scenario')
    chosen = scenarioOf(id)
    report = undefined
    document.querySelector('main')!.dataset.mode = chosen ? 'scenario' : 'free'
    byId('scenario').hidden = !chosen
    byId('scenario-unknown').textContent = id !== null && !chosen ? words().unknown + id : ''
    show()
    if (chosen) void offerClips()
  }

  async function offerClips(): Promise<void> {
    const there = (await fetchClip('photo')) !== undefined
    byId<HTMLSelectElement>('source').options[0]!.disabled = !there
    if (!there) byId<HTMLSelectElement>('source').value = 'device'
    byId('clips-note').textContent = there ? '' : words().noClips
  }

  async function run(): Promise<void> {
    if (!chosen || running) return
    const scenario = chosen
    running = true
    report = undefined
    marks.set(scenario.id, 'running')
    show()
    try {
      await offerClips()
      report = await runScenario(scenario, {
        ...{ camera, clipOf: fetchClip, recorder, language, words, perform },
        useClips: byId<HTMLSelectElement>('source').value === 'clip',
      })
      marks.set(scenario.id, report.passed ? 'passed' : 'failed')
    } finally {
      if (marks.get(scenario.id) === 'running') marks.set(scenario.id, 'failed')
      running = false
      show()
    }
  }

  function show(): void {
    showList(words(), chosen, marks, language)
    byId<HTMLButtonElement>('scenario-run').disabled = running
    byId('scenario-result').hidden = !report
    byId('scenario-result').dataset.passed = report ? String(report.passed) : ''
    if (!chosen) return
    const { title, about, part, end } = words().scenarios[chosen.id]
    byId('scenario-title').textContent = title
    byId('scenario-about').textContent = about
    byId('scenario-part').replaceChildren(...part.map((text) => made('li', text)))
    byId('scenario-end').textContent = end
    if (report) showReport(words(), report)
  }

  return {
    recorder,
    choose,
    run,
    translate(to: DemoLanguage) {
      language = to
      show()
    },
  }
}

function showList(
  words: ScenarioWords,
  chosen: Scenario | undefined,
  marks: ReadonlyMap<ScenarioId, Mark>,
  language: DemoLanguage,
): void {
  byId<HTMLAnchorElement>('by-hand').toggleAttribute('aria-current', !chosen)
  byId('scenario-list')
    .querySelector('ol')!
    .replaceChildren(
      ...scenarioIds.map((id) => {
        const mark = marks.get(id) ?? 'none'
        const link = made('a')
        link.href = `/?scenario=${id}&lang=${language}`
        if (chosen?.id === id) link.setAttribute('aria-current', 'page')
        const sign = made('span', signs[mark])
        sign.className = `sign ${mark}`
        sign.setAttribute('aria-hidden', 'true')
        const state = made('span', words.marks[mark])
        state.className = 'mark'
        link.append(sign, made('span', words.scenarios[id].title), state)
        const item = made('li')
        item.append(link)
        return item
      }),
    )
}

function showReport(words: ScenarioWords, { passed, checks, steps }: Report): void {
  const mark = (good: boolean): Mark => (good ? 'passed' : 'failed')
  const verdict = byId('scenario-verdict')
  verdict.textContent = `${signs[mark(passed)]} ${words.marks[mark(passed)]}`
  verdict.className = `verdict ${mark(passed)}`
  const prepared = steps
    .filter(({ part }) => part === 'preparation')
    .map(({ expected, actual, passed }) => ({ ...shown(expected, actual), passed, name: words.preparation }))
  const named = checks.map((check) => {
    return { ...check, name: words.checks[check.name as keyof ScenarioWords['checks']] }
  })
  byId('scenario-checks').replaceChildren(
    ...[...prepared, ...named].map(({ name, expected, actual, passed }) => {
      const row = made('tr')
      const head = made('th', name)
      head.scope = 'row'
      const last = made('td', `${signs[mark(passed)]} ${words.marks[mark(passed)]}`)
      last.className = mark(passed)
      row.append(head, made('td', expected), made('td', actual), last)
      return row
    }),
  )
  const guidance = steps.findLast(({ guidance }) => guidance !== null)?.guidance
  const time = (value: number | null | undefined) => (value == null ? words.measures.notTold : `${value} ms`)
  byId('guidance').replaceChildren(
    ...pairs([
      [words.measures.shown, time(guidance?.shown)],
      [words.measures.instruction, time(guidance?.instruction)],
    ]),
  )
}

function shown(expected: Report['steps'][number]['expected'], actual: Report['steps'][number]['actual']) {
  return { expected: `${expected.state} ${expected.detail}`, actual: `${actual.state} ${actual.detail}` }
}

function showMemory({ measures }: ScenarioWords, heap: Report['heap'], worker: Report['worker']): void {
  const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(1)} MB`
  byId('memory').replaceChildren(
    ...pairs([
      [measures.heap, heap ? `${megabytes(heap.before)} → ${megabytes(heap.after)}` : measures.notTold],
      [measures.peak, heap ? megabytes(heap.peak) : measures.notTold],
      [measures.tensors, worker ? `${worker.tensors}` : measures.notTold],
      [measures.tensorBytes, worker ? megabytes(worker.bytes) : measures.notTold],
      [measures.frames, worker ? `${worker.frames}` : measures.notTold],
    ]),
  )
}

function pairs(rows: readonly (readonly [string, string])[]): readonly HTMLElement[] {
  return rows.flatMap(([term, text]) => [made('dt', term), made('dd', text)])
}

function made<K extends keyof HTMLElementTagNameMap>(name: K, text = ''): HTMLElementTagNameMap[K] {
  const element = document.createElement(name)
  element.textContent = text
  return element
}
