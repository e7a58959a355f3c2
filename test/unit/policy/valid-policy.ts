/** A configuration that holds; each test breaks one thing. */
export const validPolicy = {
  v: 1,
  packs: ['cn'],
  locales: ['zh-CN', 'en'],
  processor: { name: { 'zh-CN': '示例物业', en: 'Example Estate' }, contact: 'privacy@example.test' },
  purpose: {
    id: 'door',
    text: { 'zh-CN': '确认开门的是住户本人。', en: 'To confirm that the resident opens the door.' },
    task: { 'zh-CN': '门禁通行', en: 'door entry' },
  },
  method: 'standard',
  collected: { scope: 'standard', kinds: ['face-template-digest'], maxFrames: 900, featureSets: 1 },
  retention: { kind: 'days', days: 30 },
  recipients: 'none',
  necessity: { reason: { 'zh-CN': '有人忘带门卡', en: 'some people forget their card' } },
  risks: 'standard',
  rights: { how: 'standard', url: '/rights', contact: 'privacy@example.test' },
  fullRules: 'https://example.test/rules',
  alternatives: [{ id: 'card', label: { 'zh-CN': '门卡', en: 'your card' }, kind: 'endpoint', endpoint: '/card' }],
  age: { source: 'integrator', status: 'adult' },
  pia: { reference: 'PIA-1', date: '2026-10-01' },
} as const

/** A copy with the value at a dotted path replaced, or removed when it is `undefined`. */
export function changed(path: string, value: unknown): Record<string, unknown> {
  const copy: Record<string, unknown> = structuredClone(validPolicy)
  const keys = path.split('.')
  const last = keys.pop()!
  let parent = copy
  for (const key of keys) {
    if (typeof parent[key] !== 'object') parent[key] = {}
    parent = parent[key] as Record<string, unknown>
  }
  if (value === undefined) delete parent[last]
  else parent[last] = value
  return copy
}
