import { readFile } from 'node:fs/promises'
import type { Page } from 'playwright-core'
import { root } from './harness.ts'

interface AxeViolation {
  readonly id: string
  readonly nodes: readonly { readonly html: string }[]
}

/** axe's findings on the page as it is, one line each. The script goes in through the driver, past any policy of the page. */
export async function axeFindings(page: Page): Promise<readonly string[]> {
  if (!(await page.evaluate(() => 'axe' in globalThis)))
    await page.evaluate(await readFile(`${root}node_modules/axe-core/axe.min.js`, 'utf8'))
  return await page.evaluate(async () => {
    const { axe } = globalThis as unknown as { axe: { run(): Promise<{ violations: AxeViolation[] }> } }
    const { violations } = await axe.run()
    return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`)
  })
}
