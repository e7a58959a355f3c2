import { copyFile, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { rolldown } from 'rolldown'
import { bundleApp, gzipBytes } from '../../../bench/size/app-bundle.ts'
import { codeBlocks } from '../../docs/code-blocks.ts'
import { openStage, type Stage } from '../../e2e/harness.ts'
import { root } from '../harness.ts'

export interface WidgetStage extends Stage {
  /** Of the README's lines, bundled as an app is: path of each script → bytes, gzip. */
  readonly readmeScripts: ReadonlyMap<string, number>
  close(): Promise<void>
}

const html = (body: string, attributes = '') => `<!doctype html><html lang="en"${attributes}><meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1"><title>Widget</title><link rel="icon" href="data:,">
  <link rel="stylesheet" href="/page.css"><script type="module" src="/page.js"></script>
  <main><h1>Service</h1>${body}<div id="room"></div></main></html>`

const form = `<form id="form"><face-seal id="one" base-url="/face" name="face" required></face-seal>
  <button id="go">Go on</button></form>`

const pages: Readonly<Record<string, string>> = {
  'empty.html': html(''),
  'form.html': html(form),
  'ahead.html': html('<face-seal id="one" base-url="/face" profile="lite" prefetch></face-seal>'),
  'two.html': html(`<face-seal id="one" base-url="/face" mode="enrol"></face-seal>
    <face-seal id="two" base-url="/face" mode="enrol"></face-seal>`),
  'rtl.html': html(`<div id="narrow">${form}</div>`, ' dir="rtl"'),
}

/** The README's element as it stands there: its markup, and its script in a file, because the policy allows none inline. */
async function readmeSnippet(): Promise<{ readonly markup: string; readonly script: string }> {
  const readme = await readFile(join(root, 'README.md'), 'utf8')
  const [, markup, script] = /```html\n(<face-seal.*?)<script type="module">\n(.*?)<\/script>/s.exec(readme) ?? []
  if (markup === undefined || script === undefined) throw new Error('README.md shows no <face-seal>')
  return { markup, script }
}

/** The README's lines without the element. */
function headlessSnippet(): string {
  const block = codeBlocks('README.md').find(({ code }) => /^import \{ verify \} from 'faceseal'/.test(code))
  if (!block) throw new Error('README.md shows no verify')
  return block.code
}

/** The demo's backend under a page with nothing but the widget, the strict policy of the demo on everything. */
export async function openWidgetStage(): Promise<WidgetStage> {
  const artifacts = join(root, 'test', '.artifacts')
  await mkdir(artifacts, { recursive: true })
  const folder = await mkdtemp(join(artifacts, 'widget-'))
  const served = join(folder, 'dist')
  await mkdir(served)
  const { markup, script } = await readmeSnippet()
  await bundleTo(join(served, 'page.js'), join(root, 'test/browser/element/element-page.ts'))
  await writeFile(join(folder, 'headless.ts'), headlessSnippet())
  await bundleTo(join(served, 'headless.js'), join(folder, 'headless.ts'))
  const readmeScripts = await bundleReadme(script, served)
  await copyFile(join(root, 'dist/worker.js'), join(served, 'worker.js'))
  await symlink(join(root, 'dist/assets'), join(served, 'assets'))
  await writeFile(
    join(served, 'page.css'),
    'body { font-family: system-ui, sans-serif } #narrow { inline-size: 320px }',
  )
  for (const [name, page] of Object.entries(pages)) await writeFile(join(served, name), page)
  await writeFile(join(served, 'readme.html'), html(markup).replace('/page.js', '/main.js'))
  await writeFile(join(served, 'headless.html'), html('<div id="face"></div>').replace('/page.js', '/headless.js'))
  const stage = await openStage(folder)
  return {
    ...stage,
    readmeScripts,
    async close() {
      await stage.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** Over the built package, in chunks, minified: what is measured before the grant is what an app would load. */
async function bundleReadme(script: string, served: string): Promise<ReadonlyMap<string, number>> {
  const chunks = await bundleApp(script, root.replace(/\/$/, ''))
  for (const { file, code } of chunks) await writeFile(join(served, file), code)
  return new Map(chunks.map((chunk) => [`/${chunk.file}`, gzipBytes([chunk])]))
}

async function bundleTo(file: string, input: string): Promise<void> {
  const bundle = await rolldown({
    input,
    platform: 'browser',
    resolve: {
      alias: { 'faceseal/element': join(root, 'src/element/index.ts'), faceseal$: join(root, 'src/index.ts') },
    },
    // React mounts twice in its development build only.
    transform: { define: { 'process.env.NODE_ENV': '"development"', __VUE_PROD_DEVTOOLS__: 'false' } },
    onLog: () => undefined,
  })
  await bundle.write({ file, format: 'esm', codeSplitting: false })
  await bundle.close()
}
