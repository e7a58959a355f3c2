import { describe, expect, it } from 'vitest'
import packageJson from '../../../package.json' with { type: 'json' }
import {
  type NoticeContext,
  noticeHash,
  noticeText,
  processNotice,
  transmitNotice,
} from '../../../src/page/consent/notice.ts'
import { loadMessages } from '../../../src/page/i18n/index.ts'
import { rulesOf } from '../../../src/policy/packs.ts'
import { parsePolicy } from '../../../src/policy/parse.ts'
import { packageVersion } from '../../../src/wire/version.ts'
import { validPolicy } from '../policy/valid-policy.ts'

const policy = parsePolicy({
  ...validPolicy,
  recipients: [
    {
      name: '物业服务器',
      contact: 'r@example.test',
      role: 'entrusted',
      purpose: '比对',
      kinds: ['face-template-digest'],
    },
  ],
})
const context: NoticeContext = {
  ...{
    policy,
    words: await loadMessages('zh-CN'),
    occasion: 'verify',
    now: 1_800_000_000,
    standingUntil: null,
    guardianAgreedAt: null,
  },
  ...{ persistent: true, changed: false },
}

describe('the notice', () => {
  it('L03 has every line that the rules of all packs demand', () => {
    const ids = new Set(processNotice(context).items.map(({ id }) => id))
    for (const { id, demands } of rulesOf(['cn', 'eu', 'us-il']))
      for (const line of demands.notice) expect(ids, id).toContain(line)
  })
  it('L21 names each recipient in the short layer and in full', () => {
    const notice = processNotice(context)
    expect(notice.items.find(({ id }) => id === 'recipients')?.text).toBe('物业服务器，用于比对。')
    expect(notice.full.join('\n')).toContain('r@example.test')
    expect(transmitNotice(context).lead.join()).toContain('物业服务器')
    const none = processNotice({ ...context, policy: parsePolicy(validPolicy) })
    expect(none.items.find(({ id }) => id === 'recipients')?.text).toBe('无。')
  })
  it('L04 "you can finish without it" is printed only where it is true', () => {
    const text = (necessary: boolean) =>
      noticeText(
        processNotice({
          ...context,
          policy: parsePolicy({
            ...validPolicy,
            necessity: {
              reason: '依法实名',
              necessary,
              writtenReason: '依据某法第十条，入场人员须当场核验本人身份，理由如下。',
            },
          }),
        }),
      )
    expect(text(false)).toContain('不用它也能办理')
    expect(text(true)).not.toContain('不用它也能办理')
    expect(text(true)).not.toContain('不同意不会影响')
  })
  it('L05 offers each alternative as a button beside agreeing', () => {
    expect(processNotice(context).buttons.map(({ act, label }) => [act, label])).toEqual([
      ['agree-once', '同意，仅本次'],
      ['decline', '改用门卡'],
    ])
  })
  it('L09 a standing consent is a button of its own with its date', () => {
    const { buttons } = processNotice({ ...context, standingUntil: 1_800_000_000 })
    expect(buttons.map(({ act }) => act)).toEqual(['agree-once', 'agree-standing', 'decline'])
    expect(buttons[1]!.label).toMatch(/2027年1月1\d日/)
  })
  it('L12 retention always has an end', () => {
    expect(noticeText(processNotice({ ...context, occasion: 'enrol' }))).toMatch(/保存到2027年2月\d+日/)
  })
  it('L25 the hash covers every visible word', async () => {
    const hash = await noticeHash(processNotice(context))
    expect(hash).toMatch(/^[\w-]{43}$/)
    for (const change of [
      { words: await loadMessages('en') },
      { occasion: 'enrol' },
      { standingUntil: 1_900_000_000 },
      { changed: true },
      { persistent: false },
    ] as const) {
      expect(await noticeHash(processNotice({ ...context, ...change }))).not.toBe(hash)
    }
  })
  it('L25 receipts name this UI build', () => {
    expect(packageVersion).toBe(packageJson.version)
  })
})
