/** Milliseconds from the person's last answer, until the page shows what happens and until it says what to do. */
export interface GuidanceTimes {
  readonly shown: number
  readonly instruction: number | undefined
}

/**
 * Times the first visible guidance after the grant: the dialog goes, the camera view comes (with its progress bar), and
 * later asks the person to look. A time is taken when the next frame has been painted.
 */
export function watchGuidance(mount: Element, onTimes: (times: GuidanceTimes) => void): void {
  let granted: number | undefined
  let shown: number | undefined
  let asking = false
  const painted = (use: (at: number) => void) => requestAnimationFrame(() => setTimeout(() => use(performance.now())))
  new MutationObserver(() => {
    const dialog = mount.querySelector('[data-faceseal-dialog]')
    const view = mount.querySelector<HTMLElement>('[data-faceseal-capture]')
    if (dialog) {
      asking = true
      granted = undefined
      shown = undefined
      return
    }
    if (asking) granted = performance.now()
    asking = false
    if (granted === undefined || !view) return
    const from = granted
    if (shown === undefined) {
      shown = 0
      painted((at) => {
        shown = at - from
        onTimes({ shown, instruction: undefined })
      })
    }
    if (view.dataset.state === 'capturing') {
      granted = undefined
      painted((at) => onTimes({ shown: shown ?? 0, instruction: at - from }))
    }
  }).observe(mount, { childList: true, subtree: true, attributes: true, attributeFilter: ['data-state'] })
}
