import type { Page } from 'playwright-core'

/** Has page and workers throw away at once what nobody holds any more: what is left is what is held. */
export interface Collector {
  collect(): Promise<void>
}

/** Playwright's sessions end at the page; its workers are reached by messages through it. */
export async function openCollector(page: Page): Promise<Collector> {
  const session = await page.context().newCDPSession(page)
  const workers = new Set<string>()
  const waiting = new Map<number, () => void>()
  let asked = 0
  session.on('Target.attachedToTarget', ({ sessionId }) => workers.add(sessionId))
  session.on('Target.detachedFromTarget', ({ sessionId }) => {
    workers.delete(sessionId)
    // It may have been the one that was asked.
    for (const answer of waiting.values()) answer()
  })
  session.on('Target.receivedMessageFromTarget', ({ message }) => waiting.get(JSON.parse(message).id)?.())
  await session.send('Target.setAutoAttach', { autoAttach: true, waitForDebuggerOnStart: false, flatten: false })
  const collectIn = async (sessionId: string) => {
    asked += 1
    const id = asked
    const answered = new Promise<void>((resolve) => waiting.set(id, resolve))
    const message = JSON.stringify({ id, method: 'HeapProfiler.collectGarbage' })
    await session.send('Target.sendMessageToTarget', { sessionId, message })
    await answered
    waiting.delete(id)
  }
  return {
    async collect() {
      await session.send('HeapProfiler.collectGarbage')
      await Promise.all([...workers].map(collectIn))
    },
  }
}
