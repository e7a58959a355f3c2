import type { Page } from 'playwright-core'
import type { Part } from './read-screen.ts'

/** A screen in a few lines: small enough to commit, and no picture. */
export interface Fingerprint {
  readonly parts: Readonly<Record<string, Part>>
  /** Mean colours of the picture's cells, three hexadecimal digits each, row by row. */
  readonly grid: readonly string[]
}

const columns = 12
const rows = 16

/** Room for another Chromium: rounding of boxes, pixels; shades of colour, 0..255; and cells that differ, of {@link columns} × {@link rows}. */
export const tolerance = { box: 4, colour: 24, cell: 34, cells: 12 } as const

export async function fingerprintOf(page: Page): Promise<Fingerprint> {
  const parts = await page.evaluate(() => globalThis.look.parts())
  const picture = (await page.screenshot({ animations: 'disabled' })).toString('base64')
  const size = { columns, rows }
  const grid = await page.evaluate(({ picture, size }) => globalThis.look.grid(picture, size), { picture, size })
  return { parts, grid }
}

/** What differs by more than the tolerance, one line each. */
export function differences(now: Fingerprint, then: Fingerprint): readonly string[] {
  const found: string[] = []
  for (const name of new Set([...Object.keys(then.parts), ...Object.keys(now.parts)])) {
    const [was, is] = [then.parts[name], now.parts[name]]
    if (!was || !is) {
      found.push(`${name} is ${is ? 'new' : 'missing'}`)
      continue
    }
    if (was.box.some((value, i) => Math.abs(value - is.box[i]!) > tolerance.box))
      found.push(`${name} is at ${is.box.join(' ')}, was at ${was.box.join(' ')}`)
    for (const [i, role] of ['text', 'ground', 'edge'].entries()) {
      const [before, after] = [was.colours[i]!, is.colours[i]!]
      if (farApart(before.split(' ').map(Number), after.split(' ').map(Number), tolerance.colour))
        found.push(`${name} has another ${role}: ${after}, was ${before}`)
    }
  }
  const cells = (grid: readonly string[]) => grid.flatMap((row) => row.split(' '))
  const shades = (cell: string) => [...cell].map((digit) => 17 * Number.parseInt(digit, 16))
  const before = cells(then.grid)
  const other = cells(now.grid).filter((cell, i) => farApart(shades(cell), shades(before[i]!), tolerance.cell))
  if (other.length > tolerance.cells) found.push(`${other.length} of ${before.length} cells have another colour`)
  return found
}

function farApart(one: readonly number[], other: readonly number[], most: number): boolean {
  return one.some((value, i) => Math.abs(value - other[i]!) > most)
}

/** What is wrong with a screen whatever it looked like before: cut off, outside of the window, covered, overlapping. */
export async function faultsOf(page: Page): Promise<readonly string[]> {
  return await page.evaluate(() => globalThis.look.faults())
}
