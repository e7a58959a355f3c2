import { describe, expect, it } from 'vitest'
import {
  type Action,
  actionsOf,
  type FaceSealState,
  isBusy,
  modes,
  offersSettings,
  type Situation,
  showsCamera,
} from '../../../src/element/states.ts'
import { labelOf, sentenceOf, wordsFor } from '../../../src/element/words/index.ts'
import { captureProblems } from '../../../src/page/ceremony-types.ts'
import { loadMessages } from '../../../src/page/i18n/index.ts'
import { lintText } from '../../../src/policy/lint.ts'
import { errorCatalogue, type FaceSealErrorCode } from '../../../src/wire/errors.ts'
import { localeTags } from '../../../src/wire/locale.ts'

const verify = (situation: Omit<Situation, 'mode'>): Situation => ({ mode: 'verify', ...situation })

/** Every situation in which the person reads the card, by the name that a failure shows. */
const situations: Readonly<Record<string, Situation>> = {
  'idle, verify': verify({ state: 'idle' }),
  'idle, enrol': { mode: 'enrol', state: 'idle' },
  'idle, settings': { mode: 'settings', state: 'idle' },
  'settings, withdrawn': verify({ state: 'idle', settled: 'withdrawn' }),
  'settings, deleted': verify({ state: 'idle', settled: 'deleted' }),
  'settings, partial': verify({ state: 'idle', settled: 'partial' }),
  'settings, reconsidered': verify({ state: 'idle', settled: 'reconsidered' }),
  preparing: verify({ state: 'preparing' }),
  asking: verify({ state: 'asking' }),
  sending: verify({ state: 'sending' }),
  waiting: verify({ state: 'waiting' }),
  'accepted by the backend': verify({ state: 'accepted', by: 'backend' }),
  'accepted by the device': verify({ state: 'accepted', by: 'device' }),
  'accepted by the device, not enough': verify({ state: 'accepted', by: 'device', insufficient: true }),
  rejected: verify({ state: 'rejected', by: 'backend' }),
  'enrolled at the backend': { mode: 'enrol', state: 'enrolled', by: 'backend' },
  'enrolled on the device': { mode: 'enrol', state: 'enrolled', by: 'device' },
  declined: verify({ state: 'alternative', reason: 'declined' }),
  'declined before': verify({ state: 'alternative', reason: 'declined_before' }),
  'under age': verify({ state: 'alternative', reason: 'under_age' }),
  'age not stated': verify({ state: 'alternative', reason: 'age_unknown' }),
  'the other way': verify({ state: 'alternative', reason: 'other_way' }),
  'a problem, then the other way': verify({ state: 'alternative', reason: 'camera_denied' }),
  stopped: verify({ state: 'stopped' }),
  offline: verify({ state: 'error', code: 'backend_unavailable', retryable: true, offline: true }),
}

const errors = (Object.keys(errorCatalogue) as FaceSealErrorCode[]).map((code) =>
  verify({ state: 'error', code, retryable: errorCatalogue[code].retryable }),
)

describe.each(localeTags)('words of the widget, %s', async (tag) => {
  const shared = await loadMessages(tag)
  const words = wordsFor(tag, shared)

  it('every situation has words of its own', () => {
    const sentences = Object.entries(situations).map(([name, situation]) => {
      const sentence = sentenceOf(situation, words)
      expect(sentence.trim(), name).not.toBe('')
      return sentence
    })
    expect(new Set(sentences).size).toBe(sentences.length)
  })

  it('every error is said as the camera view says it', () => {
    for (const situation of errors) expect(sentenceOf(situation, words)).toBe(shared.errors[situation.code!])
  })

  it('every problem in front of the camera has words of its own', () => {
    const sentences = captureProblems.map((code) => shared.errors[code])
    expect(new Set(sentences).size).toBe(sentences.length)
  })

  it('every button has a name', () => {
    const actions: readonly Action[] = ['start', 'again', 'alternative', 'cancel', 'settings']
    for (const mode of modes) {
      for (const action of actions) expect(labelOf(action, mode, words).trim()).not.toBe('')
    }
  })

  it('L04 L12 L30 the words pass the lint that integrators’ words must pass', () => {
    for (const text of textsOf(words.own)) {
      expect(text.trim()).not.toBe('')
      expect(lintText(text, ['cn']), text).toEqual([])
    }
  })

  it('L03 one Chinese script at a time', () => {
    const foreign = {
      'zh-CN': /[驗證臉發處錄開關設備選擇詢問時間這還機]/u,
      'zh-TW': /[验证脸发处录开关设备选择询问时间这还机]/u,
      en: /\p{Script=Han}/u,
    }
    for (const text of textsOf(words.own)) expect(text).not.toMatch(foreign[tag])
  })
})

function textsOf(value: unknown): readonly string[] {
  return typeof value === 'string' ? [value] : Object.values(value as object).flatMap(textsOf)
}

describe('the way on', () => {
  const over: readonly FaceSealState[] = ['rejected', 'stopped', 'waiting', 'alternative', 'error']
  it('L05 wherever there is no result, the other way is one press away', () => {
    const ended = [...Object.values(situations), ...errors].filter(({ state }) => over.includes(state))
    expect(ended.length).toBeGreaterThan(40)
    for (const situation of ended)
      expect(actionsOf(situation), situation.code ?? situation.state).toContain('alternative')
  })

  it('whatever may succeed later can be started again', () => {
    for (const situation of errors) expect(actionsOf(situation).includes('again')).toBe(situation.retryable)
  })

  it('L06 after a refusal nobody offers to ask again; the settings are where it is lifted', () => {
    for (const reason of ['declined', 'declined_before'] as const)
      expect(actionsOf(verify({ state: 'alternative', reason }))).toEqual(['alternative', 'settings'])
    expect(actionsOf(verify({ state: 'alternative', reason: 'under_age' }))).toEqual(['alternative'])
  })

  it('what runs can be cancelled, and where nothing runs the settings are there (L10)', () => {
    for (const situation of Object.values(situations)) {
      if (isBusy(situation)) expect(actionsOf(situation)).toEqual(['cancel'])
      else if (!showsCamera(situation) && situation.state !== 'waiting')
        expect(offersSettings(situation) || actionsOf(situation).includes('settings')).toBe(true)
    }
  })
})
