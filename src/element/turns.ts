/** One check at a time on a page: widgets that wait for their turn, and runs that are still putting things away. */
const waiting = new Set<() => void>()
const ending = new Set<Promise<void>>()

/** Calls back once another widget's run is over; the answer takes it back. */
export function awaitTurn(proceed: () => void): () => void {
  waiting.add(proceed)
  return () => waiting.delete(proceed)
}

export function turnOver(): void {
  const next = [...waiting]
  waiting.clear()
  for (const proceed of next) proceed()
}

/** A run that was told to end still wipes its worker for up to half a second; the next start waits for it. */
export function isEnding(run: Promise<void>): void {
  ending.add(run)
  void run.finally(() => ending.delete(run))
}

export async function allEnded(): Promise<void> {
  await Promise.all(ending)
}
