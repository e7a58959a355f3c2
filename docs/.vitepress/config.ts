import { copyFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { type DefaultTheme, defineConfig } from 'vitepress'
import { figuresThatScroll } from './figures.ts'
import { linksThatLeave } from './links.ts'
import { navigation, sidebar } from './navigation.ts'
import { searchTokens } from './search-tokens.ts'

const docs = fileURLToPath(new URL('..', import.meta.url))

export default defineConfig({
  title: 'FaceSeal',
  srcExclude: ['**/README.md'],
  cleanUrls: true,
  lastUpdated: false,
  head: [
    ['link', { rel: 'icon', href: '/seal.svg', type: 'image/svg+xml' }],
    // Nothing of another origin is used, and the browser holds us to it.
    [
      'meta',
      {
        'http-equiv': 'Content-Security-Policy',
        content:
          "default-src 'self'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; img-src 'self' data:",
      },
    ],
  ],
  markdown: {
    config: (markdown) => {
      linksThatLeave(markdown)
      figuresThatScroll(markdown)
    },
  },
  buildEnd: ({ outDir }) => copyFile(`${docs}openapi.json`, `${outDir}/openapi.json`),
  themeConfig: {
    logo: '/seal.svg',
    outline: [2, 3],
    search: {
      provider: 'local',
      options: {
        // Every word, for a Chinese one is often cut into several.
        miniSearch: { options: { tokenize: searchTokens }, searchOptions: { combineWith: 'AND' } },
        locales: { 'zh-CN': { translations: chineseSearch() } },
      },
    },
  },
  locales: {
    root: {
      label: 'English',
      lang: 'en',
      description:
        'Verify a face in the page: consents first, an equal other way, and one sealed digest leaves the device.',
      themeConfig: { nav: navigation('en'), sidebar: sidebar('en') },
    },
    'zh-CN': {
      label: '简体中文',
      lang: 'zh-CN',
      description: '在网页里核验人脸：先征得同意，提供同等的其他方式，离开设备的只有一份加密摘要。',
      themeConfig: { nav: navigation('zh-CN'), sidebar: sidebar('zh-CN'), ...chineseWords() },
    },
  },
})

function chineseWords(): DefaultTheme.Config {
  return {
    outline: { level: [2, 3], label: '本页目录' },
    docFooter: { prev: '上一页', next: '下一页' },
    darkModeSwitchLabel: '外观',
    lightModeSwitchTitle: '切换到浅色',
    darkModeSwitchTitle: '切换到深色',
    sidebarMenuLabel: '菜单',
    returnToTopLabel: '回到顶部',
    langMenuLabel: '语言',
    skipToContentLabel: '跳到正文',
    notFound: {
      title: '没有这一页',
      quote: '地址可能写错了，或页面已经移走。',
      linkText: '回到首页',
      linkLabel: '回到首页',
    },
  }
}

function chineseSearch(): NonNullable<DefaultTheme.LocalSearchOptions['translations']> {
  return {
    button: { buttonText: '搜索', buttonAriaLabel: '搜索' },
    modal: {
      displayDetails: '显示详情',
      resetButtonTitle: '清除',
      backButtonTitle: '关闭',
      noResultsText: '没有找到',
      footer: { selectText: '打开', navigateText: '移动', closeText: '关闭' },
    },
  }
}
