import { readdir, readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'

const docs = fileURLToPath(new URL('..', import.meta.url))

/** A Chinese page for each English one without a translation, which says so: the language menu leads here. */
export default {
  async paths() {
    const names = (await readdir(docs, { recursive: true })).map((name) => name.replaceAll('\\', '/'))
    const pages = names.filter((name) => /^(?!zh-CN\/|guide\/|\.vitepress\/|index\.md).*\.md$/.test(name))
    return await Promise.all(
      pages.map(async (name) => {
        const [, title = name] = /^# (.+)$/m.exec(await readFile(docs + name, 'utf8')) ?? []
        const page = name.replace(/\.md$/, '')
        return { params: { page, title, note: noteOf(name), link: `/${page.replace(/(^|\/)index$/, '$1')}` } }
      }),
    )
  },
}

function noteOf(name: string): string {
  if (name.startsWith('cases/')) return '本页中文和英文写在一起'
  if (name === 'errors.md') return '原因和办法以英文书写，给本人看的话有简体中文、繁体中文和英文'
  return '本页目前只有英文'
}
