import { readFile } from 'node:fs/promises'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { lintPolicy, lintText } from '../../../src/policy/lint.ts'
import { materialFields, policyHash } from '../../../src/policy/material.ts'
import { parsePolicy } from '../../../src/policy/parse.ts'
import { FaceSealError } from '../../../src/wire/errors.ts'
import { changed, validPolicy } from './valid-policy.ts'

const idsAt = (configuration: unknown, path: string) =>
  lintPolicy(configuration)
    .filter((issue) => issue.path.startsWith(path))
    .flatMap((issue) => issue.ids)

describe('a configuration that holds', () => {
  it('starts', () => {
    expect(lintPolicy(validPolicy)).toEqual([])
    expect(parsePolicy(validPolicy)).toMatchObject({ consentForm: 'click', grantDuration: { kind: 'single-use' } })
  })
  it("the demo's own holds", async () => {
    expect(lintPolicy(JSON.parse(await readFile('demo/policy.json', 'utf8')))).toEqual([])
  })
})

describe('L03: removing any disclosure stops it', () => {
  const required = [
    'processor.name',
    'processor.contact',
    'purpose.text',
    'purpose.task',
    'purpose.id',
    'method',
    'collected.scope',
    'collected.kinds',
    'collected.maxFrames',
    'collected.featureSets',
    'retention',
    'recipients',
    'necessity.reason',
    'risks',
    'rights.how',
    'rights.url',
    'rights.contact',
    'fullRules',
  ]
  for (const path of required) {
    it(`L03 without ${path}`, () => {
      expect(idsAt(changed(path, undefined), path)).toContain('L03')
      expect(() => parsePolicy(changed(path, undefined))).toThrow(FaceSealError)
    })
  }
  it('L03 a text that lacks a promised locale', () => {
    expect(idsAt(changed('locales', ['zh-CN', 'zh-TW', 'en']), 'purpose.text')).toContain('L03')
  })
})

const broken: readonly (readonly [string, string, unknown, string])[] = [
  ['L02', 'purpose', [validPolicy.purpose, validPolicy.purpose], 'purpose'],
  ['L02', 'terms', 'https://example.test/terms', 'terms'],
  ['L02', 'marketing', true, 'marketing'],
  ['L02', 'purpose.text', '确认本人并用于营销', 'purpose.text'],
  ['L04', 'necessity.necessary', true, 'necessity.writtenReason'],
  ['L04', 'necessity.reason', '人脸更快捷', 'necessity.reason'],
  ['L04', 'countdown', 10, 'countdown'],
  ['L05', 'alternatives', [], 'alternatives'],
  ['L06', 'remindAfter', '7d', 'remindAfter'],
  ['L07', 'age', { source: 'face' }, 'age.source'],
  ['L09', 'grantDuration', { kind: 'always' }, 'grantDuration.kind'],
  ['L12', 'retention', null, 'retention'],
  ['L12', 'retention', { kind: 'unlimited' }, 'retention.kind'],
  ['L12', 'revocable', false, 'revocable'],
  ['L12', 'risks', '同意后不可撤销', 'risks'],
  ['L12', 'rights.how', '授权永久有效', 'rights.how'],
  ['L12', 'method', '可任意转授权给第三方', 'method'],
  ['L12', 'method', 'You grant a perpetual, irrevocable licence', 'method'],
  ['L14', 'emotion', true, 'emotion'],
  ['L14', 'purpose.text', '确认本人，并统计顾客性别识别与情绪', 'purpose.text'],
  ['L15', 'keepImages', true, 'keepImages'],
  ['L16', 'collected.kinds', ['embedding'], 'collected.kinds'],
  ['L18', 'phone', '13800000000', 'phone'],
  ['L18', 'idNumber', 'x', 'idNumber'],
  ['L18', 'realName', 'x', 'realName'],
  ['L21', 'recipients', [], 'recipients'],
  ['L21', 'recipients', [{ name: 'X' }], 'recipients.0.contact'],
  ['L23', 'pia', undefined, 'pia'],
  ['L28', 'watchlist', true, 'watchlist'],
  ['L28', 'purpose.text', '比对黑名单', 'purpose.text'],
  ['L30', 'method', '采用不可逆的匿名处理，绝对安全', 'method'],
  ['L30', 'method', 'certified and irreversible', 'method'],
]
describe('every rule is reported with its id and a remedy', () => {
  for (const [id, path, value, where] of broken) {
    it(`${id} ${path} = ${JSON.stringify(value)?.slice(0, 50)}`, () => {
      const issues = lintPolicy(changed(path, value)).filter((issue) => issue.path.startsWith(where))
      expect(issues.flatMap((issue) => issue.ids)).toContain(id)
      for (const issue of issues) expect(issue.remedy.length).toBeGreaterThan(5)
    })
  }

  it('L05 no face, no entry (Suzhou): a configuration without another way cannot start, and says why', () => {
    const attempt = () =>
      parsePolicy({ ...changed('alternatives', []), necessity: { reason: '物业要求', necessary: true } })
    expect(attempt).toThrow(expect.objectContaining({ code: 'policy_invalid' }))
    try {
      attempt()
    } catch (error) {
      expect((error as FaceSealError).issues.flatMap((issue) => issue.ids)).toEqual(
        expect.arrayContaining(['L04', 'L05']),
      )
    }
  })

  it('L23 development is excused from the assessment, production is not', () => {
    const without = changed('pia', undefined)
    expect(lintPolicy({ ...without, environment: 'development' })).toEqual([])
    expect(idsAt(without, 'pia')).toContain('L23')
  })

  it('unknown fields are refused: the configuration is closed', () => {
    expect(lintPolicy({ ...validPolicy, extra: 1 }).map((issue) => issue.path)).toContain('extra')
  })
})

describe('the other packs', () => {
  it('eu: officer and authority; necessity is no basis', () => {
    const eu = { ...validPolicy, packs: ['eu'] }
    expect(lintPolicy(eu).flatMap((issue) => issue.ids)).toEqual(['GDPR-13(1)(b)', 'GDPR-13(2)(d)'])
    expect(
      lintPolicy({ ...eu, dataProtectionOfficer: 'dpo@example.test', supervisoryAuthority: 'the authority' }),
    ).toEqual([])
  })
  it('us-il: schedule and written release', () => {
    const il = { ...validPolicy, packs: ['us-il'] }
    expect(lintPolicy(il).flatMap((issue) => issue.ids)).toEqual(['BIPA-15(a)', 'BIPA-15(b)'])
    expect(lintPolicy({ ...il, retentionSchedule: '/schedule', consentForm: 'written' })).toEqual([])
  })
  it('several packs hold together', () => {
    const ids = lintPolicy({ ...validPolicy, packs: ['cn', 'eu', 'us-il'], alternatives: [] }).flatMap(
      (issue) => issue.ids,
    )
    expect(ids).toEqual(expect.arrayContaining(['L05', 'GDPR-7(4)', 'BIPA-15(a)']))
  })
})

describe('lint is total', () => {
  it('never throws, whatever it is given; and what passes can be parsed', () => {
    fc.assert(
      fc.property(fc.anything(), (value) => {
        const issues = lintPolicy(value)
        expect(issues.length).toBeGreaterThan(0)
      }),
    )
  })
  it('any single field replaced by anything: an issue, or a configuration that parses', () => {
    const paths = [
      'processor',
      'purpose',
      'method',
      'collected',
      'retention',
      'recipients',
      'alternatives',
      'age',
      'pia',
      'packs',
    ]
    fc.assert(
      fc.property(fc.constantFrom(...paths), fc.anything(), (path, value) => {
        const configuration = { ...validPolicy, [path]: value }
        if (lintPolicy(configuration).length === 0) parsePolicy(configuration)
      }),
    )
  })
})

describe('L22: the policy hash', () => {
  it('L22 changes with every material field and with nothing else', async () => {
    const hash = await policyHash(parsePolicy(validPolicy))
    const material: Readonly<Record<string, unknown>> = {
      'processor.contact': 'other@example.test',
      'purpose.text': 'another purpose text',
      method: 'another method',
      'collected.kinds': ['local-verdict'],
      retention: { kind: 'days', days: 31 },
      recipients: [
        { name: 'X', contact: 'x@example.test', role: 'self', purpose: 'comparing', kinds: ['face-template-digest'] },
      ],
      'necessity.reason': 'another reason',
      risks: 'another risk',
      'rights.url': '/other',
      fullRules: '/other',
      packs: ['cn', 'us-il'],
    }
    for (const [path, value] of Object.entries(material)) {
      const { retentionSchedule, consentForm, ...rest } = {
        ...changed(path, value),
        retentionSchedule: '/s',
        consentForm: 'written',
      } as Record<string, unknown>
      const configuration = path === 'packs' ? { ...rest, retentionSchedule, consentForm } : rest
      expect(await policyHash(parsePolicy(configuration)), path).not.toBe(hash)
    }
    for (const [path, value] of Object.entries({
      age: { source: 'declaration' },
      pia: { reference: 'PIA-2', date: '2026-11-01' },
      presentation: { elder: true },
    })) {
      expect(await policyHash(parsePolicy(changed(path, value))), path).toBe(hash)
    }
    expect(materialFields).toEqual(
      expect.arrayContaining(['processor', 'purpose', 'method', 'collected', 'recipients', 'retention']),
    )
  })
})

describe('lintText', () => {
  it('L12 L30 reads free text', () => {
    expect(lintText('数据永久保存').flatMap(({ ids }) => ids)).toEqual(['L12'])
    expect(lintText('We are certified').flatMap(({ ids }) => ids)).toEqual(['L30'])
    expect(lintText('仅本次，用完即删。')).toEqual([])
  })
})
