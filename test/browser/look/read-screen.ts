// Runs in the page, as part of look-page.ts.

/** One control or text block, as a person sees it. */
export interface Part {
  /** Left, top, width, height in CSS pixels of the window; a list scrolls, so the top is that before any scrolling. */
  readonly box: readonly [number, number, number, number]
  /** Colours of text, ground and edge, `r g b`, the ground blended with what is behind it. */
  readonly colours: readonly string[]
}

/** Controls, headings and texts of the screen, through its shadow roots. */
export function readParts(): Record<string, Part> {
  const found: Record<string, Part> = {}
  const wanted =
    'button, a, summary, select, progress, h2, dl, dialog, .stage, .steps, [role=status], .card, .capture, svg'
  const visit = (root: ParentNode) => {
    for (const element of root.querySelectorAll<HTMLElement | SVGElement>('*')) {
      if (element.shadowRoot) visit(element.shadowRoot)
      if (!element.matches(wanted) || !element.checkVisibility({ visibilityProperty: true })) continue
      const { left, top, width, height } = element.getBoundingClientRect()
      if (width === 0 || height === 0) continue
      const plain = nameOf(element)
      let name = plain
      for (let i = 2; name in found; i++) name = `${plain} ${i}`
      const style = getComputedStyle(element)
      found[name] = {
        box: [left, top + scrolled(element), width, height].map(Math.round) as unknown as Part['box'],
        colours: [rgb(style.color), rgb(groundOf(element)), rgb(style.borderTopColor)],
      }
    }
  }
  const nameOf = (element: Element) => {
    const act = element.getAttribute('data-act')
    if (act) return act
    if (element.matches('[role=status]')) return 'status'
    const [first] = element.classList
    return first ? `${element.localName}.${first}` : element.localName
  }
  const parentOf = (node: Node): Node | null => (node instanceof ShadowRoot ? node.host : node.parentNode)
  const scrolled = (element: Element) => {
    let sum = 0
    for (let node = parentOf(element); node; node = parentOf(node)) if (node instanceof Element) sum += node.scrollTop
    return sum
  }
  const groundOf = (element: Element) => {
    for (let node: Node | null = element; node; node = parentOf(node)) {
      if (!(node instanceof Element)) continue
      const colour = getComputedStyle(node).backgroundColor
      if (!/, 0\)$|^transparent$/.test(colour)) return colour
    }
    return matchMedia('(prefers-color-scheme: dark)').matches ? 'rgb(18, 18, 18)' : 'rgb(255, 255, 255)'
  }
  const rgb = (colour: string) => (colour.match(/[\d.]+/g) ?? []).slice(0, 3).join(' ')
  visit(document)
  return found
}

/** What is wrong with a screen whatever it looked like before: cut off, outside of the window, overlapping. */
export function readFaults(): string[] {
  const faults: string[] = []
  const controls: { readonly name: string; readonly element: Element; readonly box: DOMRect }[] = []
  const visit = (root: ParentNode) => {
    for (const element of root.querySelectorAll('*')) {
      if (element.shadowRoot) visit(element.shadowRoot)
      if (!element.checkVisibility({ visibilityProperty: true })) continue
      const name = `${element.localName}${element.getAttribute('data-act') ?? ''}.${element.getAttribute('class') ?? ''}`
      const style = getComputedStyle(element)
      const box = element.getBoundingClientRect()
      const { clientWidth, clientHeight, scrollWidth, scrollHeight } = element
      const isText = style.display !== 'inline' && clientWidth > 0 && !(element instanceof SVGElement)
      if (isText && scrollWidth > clientWidth + 1) faults.push(`${name}: ${scrollWidth} px wide in ${clientWidth}`)
      const scrolls = /auto|scroll/.test(style.overflowY)
      if (isText && !scrolls && style.overflowY === 'hidden' && scrollHeight > clientHeight + 1)
        faults.push(`${name}: ${scrollHeight} px high in ${clientHeight}`)
      if (element.matches('button') && scrollHeight > clientHeight + 1) faults.push(`${name}: its words are cut off`)
      if (box.width > 0 && (box.left < -1 || box.right > innerWidth + 1)) faults.push(`${name}: beside the window`)
      if (element.matches('button, a, summary, select')) controls.push({ name, element, box })
    }
  }
  visit(document)
  for (const [i, { name, element, box }] of controls.entries()) {
    if (box.width < 24 || box.height < 16) faults.push(`${name}: ${box.width} × ${box.height} px is too small to press`)
    for (const other of controls.slice(i + 1)) {
      const apart =
        box.right <= other.box.left + 1 ||
        other.box.right <= box.left + 1 ||
        box.bottom <= other.box.top + 1 ||
        other.box.bottom <= box.top + 1
      if (!apart && !hidesByScrolling(element) && !hidesByScrolling(other.element))
        faults.push(`${name} and ${other.name} overlap`)
    }
  }
  return faults

  /** In a list that scrolls, a control below its edge lies under what follows the list, and is not seen there. */
  function hidesByScrolling(element: Element): boolean {
    const list = element.closest('.body')
    if (!list) return false
    const [inner, outer] = [element.getBoundingClientRect(), list.getBoundingClientRect()]
    return inner.bottom > outer.bottom || inner.top < outer.top
  }
}

/** Mean colour of each cell of a PNG in base64: three hexadecimal digits, a row in a line. */
export async function readGrid(
  picture: string,
  { columns, rows }: { readonly columns: number; readonly rows: number },
): Promise<string[]> {
  const bytes = Uint8Array.from(atob(picture), (character) => character.charCodeAt(0))
  const bitmap = await createImageBitmap(new Blob([bytes], { type: 'image/png' }))
  const { width, height } = bitmap
  const context = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true })!
  context.drawImage(bitmap, 0, 0)
  const edges = (of: number, count: number) => Array.from({ length: count + 1 }, (_, i) => Math.floor((i * of) / count))
  const [xs, ys] = [edges(width, columns), edges(height, rows)]
  const mean = (x: number, y: number, w: number, h: number) => {
    const { data } = context.getImageData(x, y, w, h)
    const sums = [0, 0, 0]
    for (let at = 0; at < data.length; at += 4) for (const i of [0, 1, 2]) sums[i]! += data[at + i]!
    return sums.map((sum) => Math.round(sum / (w * h) / 17).toString(16)).join('')
  }
  return ys.slice(0, -1).map((y, row) =>
    xs
      .slice(0, -1)
      .map((x, column) => mean(x, y, xs[column + 1]! - x, ys[row + 1]! - y))
      .join(' '),
  )
}
