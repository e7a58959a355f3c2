import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { DefaultTheme } from 'vitepress'

const docs = fileURLToPath(new URL('..', import.meta.url))

export type SiteLocale = 'en' | 'zh-CN'

/** A page, its title in English, and the Chinese one; without that the page is in English only. */
type Entry = readonly [path: string, en: string, zh?: string]
interface Group {
  readonly title: readonly [en: string, zh: string]
  readonly entries: readonly Entry[]
}

/** A new page of figures is found under "Measured" until somebody names its place. */
function unlisted(): readonly Entry[] {
  const listed = 'accuracy backend databases errors index law limits liveness models protection quality scaling'.split(
    ' ',
  )
  const names = readdirSync(docs).flatMap((name) => (name.endsWith('.md') ? [name.slice(0, -3)] : []))
  return names
    .filter((name) => !listed.includes(name))
    .map((name) => [name, /^# ([^:\n]+)/m.exec(readFileSync(`${docs}${name}.md`, 'utf8'))?.[1] ?? name])
}

const groups: readonly Group[] = [
  {
    title: ['Begin', '开始'],
    entries: [
      ['guide/quick-start', 'Quick start', '快速开始'],
      ['guide/concepts', 'Concepts', '概念'],
      ['guide/recipes', 'Recipes', '用法示例'],
      ['guide/migration', 'Migration', '迁移'],
    ],
  },
  {
    title: ['Backend', '后端'],
    entries: [
      ['guide/backend', 'Backend guide', '后端指南'],
      ['backend', 'Logs, evidence, keys, load'],
      ['limits', 'Failure limits'],
      ['databases', 'Databases'],
      ['scaling', 'Many machines'],
    ],
  },
  {
    title: ['Law', '法律'],
    entries: [
      ['guide/policy', 'Policy and packs', '策略与规则包'],
      ['guide/legal-faq', 'FAQ for lawyers', '律师常见问题'],
      ['law', 'The L-table'],
      ['cases/no-face-no-entry', 'Case: no face, no entry', '案例：不刷脸不让进'],
      ['cases/card-readers', 'Case: gates that took faces only', '案例：只有人脸的闸机'],
      ['cases/child-door-pass', 'Case: a child’s door pass', '案例：孩子的门禁'],
      ['cases/covert-capture', 'Case: covert capture', '案例：暗中采集'],
      ['cases/resident-objects', 'Case: a resident objects', '案例：业主反对'],
    ],
  },
  {
    title: ['Security', '安全'],
    entries: [
      ['guide/security', 'Security and limits', '安全与边界'],
      ['project/security', 'Threat model in full'],
      ['protection', 'What a stolen template gives'],
      ['liveness', 'Presentation attacks'],
    ],
  },
  {
    title: ['Measured', '测量'],
    entries: [['models', 'Model cards'], ['accuracy', 'Accuracy'], ['quality', 'Quality gate'], ...unlisted()],
  },
  {
    title: ['Reference', '参考'],
    entries: [
      ['errors', 'Error catalogue', '错误目录（说明为英文）'],
      ['api/', 'API reference'],
      ['project/changelog', 'Changelog'],
      ['project/contributing', 'Contributing'],
    ],
  },
]

export function sidebar(locale: SiteLocale): DefaultTheme.SidebarItem[] {
  return groups.map(({ title: [en, zh], entries }) => ({
    text: locale === 'en' ? en : zh,
    items: entries.map((entry) => item(entry, locale)),
  }))
}

/** Pages that are in Chinese too lie under `zh-CN/guide`; the cases hold both languages on one page. */
function item([path, en, zh]: Entry, locale: SiteLocale): DefaultTheme.SidebarItem {
  if (locale === 'en') return { text: en, link: `/${path}` }
  return { text: zh ?? `${en}（英文）`, link: path.startsWith('guide/') ? `/zh-CN/${path}` : `/${path}` }
}

export function navigation(locale: SiteLocale): DefaultTheme.NavItem[] {
  const prefix = locale === 'en' ? '' : '/zh-CN'
  const words = locale === 'en' ? ['Quick start', 'Law', 'Errors', 'API'] : ['快速开始', '法律', '错误', 'API']
  const links = [`${prefix}/guide/quick-start`, `${prefix}/guide/policy`, '/errors', '/api/']
  return links.map((link, index) => ({ text: words[index] ?? '', link }))
}
