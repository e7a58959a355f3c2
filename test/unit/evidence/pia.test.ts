import fc from 'fast-check'
import * as v from 'valibot'
import { describe, expect, it } from 'vitest'
import manifest from '../../../models/manifest.json' with { type: 'json' }
import { type PolicyConfigurationInput, policyConfigurationSchema } from '../../../src/policy/schema'
import {
  mayDeletePia,
  type PiaModelCard,
  type PiaRequest,
  piaDraft,
  piaEarliestDeletion,
} from '../../../src/server/pia'

const modelCards: PiaModelCard[] = manifest.entries.flatMap((entry) =>
  entry.kind === 'model' ? [entry as unknown as PiaModelCard] : [],
)
const figures = [
  {
    measure: 'TAR at FAR 1e-3',
    value: '98.97 % ± 0.2',
    set: 'LFW, 2,334 images',
    command: 'npm run eval -- --pairs pairs.csv',
  },
]
const plain: PolicyConfigurationInput = {
  v: 1,
  processor: { name: { 'zh-CN': '示例银行', en: 'Example Bank' }, contact: 'privacy@example.com' },
  purpose: { id: 'withdraw-cash', text: { 'zh-CN': '取款确认', en: 'Confirm a withdrawal' }, task: '取款' },
  method: 'standard',
  collected: { scope: 'standard', kinds: ['face-template-digest'], maxFrames: 120, featureSets: 1 },
  retention: { kind: 'days', days: 180 },
  recipients: 'none',
  necessity: { reason: 'fast' },
  risks: 'standard',
  rights: { how: 'standard', url: '/rights', contact: 'privacy@example.com' },
  fullRules: 'https://example.com/rules',
  alternatives: [{ id: 'sms', label: '短信验证码', kind: 'endpoint', endpoint: '/sms' }],
  pia: { reference: 'PIA-2026-7', date: '2026-05-01' },
}

function draft(changes: Partial<PolicyConfigurationInput> = {}, options: Partial<PiaRequest> = {}) {
  const configuration = v.parse(policyConfigurationSchema, { ...plain, ...changes })
  return piaDraft({ configuration, modelCards, figures, locale: 'en', date: '2026-11-21', ...options })
}

const tagsOf = (html: string) => html.match(/<[^>]*>/g) ?? []

describe('the draft of an impact assessment (L23; PIPL 55, 56; O19 art. 9)', () => {
  it.each(['zh-CN', 'en'] as const)('%s: says what is configured, of the models and the measurements', (locale) => {
    const { markdown, html } = draft({}, { locale })
    const facts =
      locale === 'en'
        ? ['Example Bank', 'Confirm a withdrawal', '180 days after the last use']
        : ['示例银行', '取款确认', '最后一次使用后180天']
    for (const text of [markdown, html]) {
      for (const fact of [
        ...facts,
        '120',
        'PIA-2026-7',
        '98.97 % ± 0.2',
        'npm run eval',
        'https://example.com/rules',
      ]) {
        expect(text).toContain(fact)
      }
    }
    expect(modelCards.length).toBeGreaterThanOrEqual(5)
    for (const { id, outputs } of modelCards) {
      expect(html).toContain(id)
      for (const { sha256 } of outputs) expect(html).toContain(sha256)
    }
  })

  it.each(['zh-CN', 'en'] as const)('%s: has every part that the articles ask for', (locale) => {
    const { sections } = draft({}, { locale }).document
    const sources = sections.map(({ source }) => source).join()
    const wanted =
      locale === 'en'
        ? ['PIPL 56(1)', 'PIPL 56(2)', 'PIPL 56(3)', 'art. 9(1)', 'art. 9(2)', 'art. 9(3)', 'art. 9(4)']
        : ['第（一）项', '第（二）项', '第（三）项', '第九条第（四）项']
    for (const article of wanted) expect(sources).toContain(article)
  })

  it('leaves open what only a human can answer, numbered and marked in both forms', () => {
    const { markdown, html, openQuestions, document } = draft()
    const asked = document.sections.flatMap(({ blocks }) =>
      blocks.flatMap((block) => (block.kind === 'question' ? [block.number] : [])),
    )
    expect(asked).toEqual(Array.from({ length: openQuestions }, (_, index) => index + 1))
    expect(openQuestions).toBeGreaterThanOrEqual(15)
    expect(markdown.match(/☐ Q\d+ · To be answered by a human/g)).toHaveLength(openQuestions)
    expect(html.match(/class="open" id="q\d+"/g)).toHaveLength(openQuestions)
    expect(document.lead.join()).toContain(`${openQuestions} questions are open`)
  })

  it('asks more where the configuration gives a reason to', () => {
    const base = draft().openQuestions
    const recipient = {
      name: 'Cloud',
      contact: 'c@example.com',
      role: 'entrusted',
      purpose: 'hosting',
      kinds: ['face-template-digest'],
    } as const
    const more: [Partial<PolicyConfigurationInput>, string][] = [
      [
        { necessity: { reason: 'x', necessary: true, writtenReason: 'Because the law of payments asks for it.' } },
        'Who examined that',
      ],
      [{ guardian: { how: 'Ask at the counter.' } }, 'A guardian can consent for a child'],
      [{ grantDuration: { kind: 'standing', days: 30 } }, 'A standing consent is offered'],
      [{ recipients: [{ ...recipient, kinds: [...recipient.kinds] }] }, 'What do the contracts say'],
    ]
    for (const [change, question] of more) {
      const { openQuestions, markdown } = draft(change)
      expect(openQuestions, question).toBe(base + 1)
      expect(markdown).toContain(question)
      expect(draft().markdown).not.toContain(question)
    }
  })

  it('claims nothing: neither a finding nor a badge (L30)', () => {
    for (const locale of ['zh-CN', 'en'] as const) {
      const { markdown, html } = draft({}, { locale, figures: [] })
      for (const text of [markdown, html]) {
        expect(text).not.toMatch(/anonym|irreversib|certified|unbreakable|complian|匿名|不可逆|合规|通过认证/i)
        expect(text).toContain(locale === 'en' ? 'does not say that the processing is lawful' : '不表示该处理活动合法')
        expect(text).toContain(locale === 'en' ? 'No measured figures were given' : '没有提供实测数据')
      }
    }
  })

  it('the two locales have the same parts, rows and questions', () => {
    const shape = (locale: 'zh-CN' | 'en') =>
      draft({}, { locale }).document.sections.map(({ blocks }) =>
        blocks.map((block) => (block.kind === 'table' ? block.rows.length : block.kind)),
      )
    expect(shape('zh-CN')).toEqual(shape('en'))
  })

  it('nothing that was put in becomes markup, whatever it is', () => {
    const hostile = fc.oneof(
      fc.string({ minLength: 1, maxLength: 60 }),
      fc.constantFrom(
        '<script>alert(1)</script>',
        '"><img src=x onerror=alert(1)>',
        "'-alert(1)-'",
        '&lt;b&gt;',
        'a | b\n\n# c',
        '[x](javascript:y)',
        'a \\| b \\[x](y)',
        '</td></tr></table>',
      ),
    )
    const calm = draft(
      {},
      { figures: [{ measure: 'a', value: 'b', set: 'c', command: 'd' }], modelCards: [modelCards[0]!] },
    )
    fc.assert(
      fc.property(hostile, (text) => {
        const card = { ...modelCards[0]!, origin: text, training: text, output: { meaning: text } }
        const figure = { measure: text, value: text, set: text, command: text }
        const { html, markdown } = draft({}, { figures: [figure], modelCards: [card] })
        expect(tagsOf(html)).toEqual(tagsOf(calm.html))
        expect(markdown).not.toMatch(/<[a-z/!]/i)
        expect(markdown.split('\n').length).toBe(calm.markdown.split('\n').length)
        const cells = (page: string) =>
          page
            .split('\n')
            .filter((line) => line.startsWith('|'))
            .map((line) => line.match(/(?<!\\)(?:\\\\)*\|/g)!.length)
        expect(cells(markdown)).toEqual(cells(calm.markdown))
        expect(markdown).not.toMatch(/(?<!\\)\]\(/)
      }),
      { numRuns: 200 },
    )
  })

  it('both forms carry the title and every heading', () => {
    const { document, html, markdown } = draft()
    expect(html).toContain(`<h1>${document.title}</h1>`)
    expect(markdown).toContain(`# ${document.title}`)
    for (const { heading } of document.sections) {
      expect(html).toContain(`. ${heading}</h2>`)
      expect(markdown).toContain(`. ${heading}\n`)
    }
  })

  it('a name in the configuration is escaped, and the page loads nothing', () => {
    const { html } = draft({ processor: { name: '<img src=x onerror=alert(1)>&"', contact: 'x' } })
    expect(html).toContain('&lt;img src=x onerror=alert(1)&gt;&amp;&quot;')
    expect(html).not.toMatch(/<(script|img|link|iframe)|\s(src|href|on\w+)=["']/i)
    expect(html).toContain(`default-src 'none'`)
  })
})

describe('how long it is kept (L23)', () => {
  it.each([
    ['2026-11-21', undefined, '2029-11-21'],
    ['2024-02-29', undefined, '2027-03-01'],
    ['2026-11-21', { kind: 'until', until: '2027-06-30' }, '2030-06-30'],
    ['2026-11-21', { kind: 'until', until: '2026-12-01' }, '2029-12-01'],
    ['2026-11-21', { kind: 'until', until: '2020-01-01' }, '2029-11-21'],
    ['2026-11-21', { kind: 'days', days: 30 }, '2029-11-21'],
  ] as const)('%s with %o: not before %s', (date, retention, expected) => {
    expect(piaEarliestDeletion(date, retention)).toBe(expected)
  })

  it('is said in the draft, and deleting earlier is refused', () => {
    const { earliestDeletion, markdown } = draft()
    expect(markdown).toContain('not to be deleted before 2029-11-21')
    expect(mayDeletePia(earliestDeletion, '2029-11-20')).toBe(false)
    expect(mayDeletePia(earliestDeletion, '2029-11-21')).toBe(true)
  })

  it('what is no date is refused', () => {
    for (const date of ['2026-02-30', 'soon', '']) {
      expect(() => piaEarliestDeletion(date)).toThrowError(expect.objectContaining({ code: 'request_invalid' }))
      expect(() => mayDeletePia('2029-01-01', date)).toThrowError(expect.objectContaining({ code: 'request_invalid' }))
    }
  })
})
