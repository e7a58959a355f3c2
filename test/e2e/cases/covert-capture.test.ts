import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { begin, perform } from '../acts.js'
import { openStage, type Stage } from '../harness.js'
import { type CaseSite, openCaseSite } from './case-site.js'

let site: CaseSite
beforeAll(async () => {
  site = await openCaseSite()
})
afterAll(() => site.close())

describe('L01 L14 L28: a chain that captured in secret and read sex, age and mood (2021) finds no way in', () => {
  it('L01 camera and worker without a grant: consent_required, whatever is handed in', async () => {
    const codes = await site.page.evaluate(async () => {
      const { internals, faceseal } = globalThis.caseApi
      const forged = [
        undefined,
        null,
        {},
        { scope: 'process', purpose: 'door', tenant: 'estate', signal: new AbortController().signal, expiresAt: 9e9 },
      ]
      const expected = { purpose: 'door', tenant: 'estate', signal: new AbortController().signal }
      const codes: string[] = []
      for (const grant of forged) {
        for (const act of [internals.openCamera, internals.startWorker]) {
          const error: unknown = await Reflect.apply(act, undefined, [grant, expected]).catch((cause: unknown) => cause)
          codes.push(error instanceof faceseal.FaceSealError ? error.code : String(error))
        }
      }
      return codes
    })
    expect(codes).toEqual(Array(8).fill('consent_required'))
    expect(await site.cameraCalls()).toBe(0)
    expect(await site.workers()).toBe(0)
  })

  it('L14 L28 nothing public infers or searches: no such name, and no such purpose starts', async () => {
    const names = await site.page.evaluate(() => Object.keys(globalThis.caseApi.faceseal))
    expect(
      names.filter((name) =>
        /gender|sex|emotion|mood|expression|ethnic|estimate|identify|search|watch|track/i.test(name),
      ),
    ).toEqual([])
    for (const text of ['统计客流并识别顾客情绪', '比对黑名单', 'age estimation and gender of visitors']) {
      await site.start({ purpose: { id: 'door', text, task: '进店' } })
      expect(await site.outcome()).toMatchObject({ kind: 'error', code: 'policy_invalid' })
    }
    expect(await site.cameraCalls()).toBe(0)
  })
})

describe('L14: a whole run', () => {
  let stage: Stage
  beforeAll(async () => {
    stage = await openStage()
  })
  afterAll(() => stage.close())

  it('L01 L14 no camera before the agreement, and no word of age, sex or mood crosses any thread', async () => {
    const visitor = await stage.visit()
    await visitor.page.click('#enrol')
    await visitor.page.getByRole('dialog').waitFor()
    expect(await visitor.count('getUserMedia')).toBe(0)
    expect(await visitor.count('workers')).toBe(0)
    await visitor.page.keyboard.press('Escape')
    await visitor.close()

    const willing = await stage.visit({ account: 'bob' })
    expect(await perform(willing, 'enrol')).toMatchObject({ state: 'enrolled' })
    const messages = (await willing.messages()).filter((text) => text.length < 4000)
    expect(messages.length).toBeGreaterThan(3)
    expect(
      messages.filter((text) => /"(?:age|gender|sex|emotion|mood|expression|ethnicity|health)"\s*:/i.test(text)),
    ).toEqual([])
    await willing.close()
  })

  it('L01 a person who walks past a page without a word is not filmed', async () => {
    const visitor = await stage.visit()
    await begin(visitor, 'verify', { process: 'otherwise' })
    await visitor.page.locator('#state[data-state=alternative]').waitFor()
    expect(await visitor.count('getUserMedia')).toBe(0)
    await visitor.close()
  })
})
