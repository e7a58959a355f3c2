import type { HandlerLogger, HandlerLogLine } from '../../../src/server'

/** A logger whose lines, of every level, go to `take`. */
export function logLines(take: (line: HandlerLogLine) => void): HandlerLogger {
  return { info: take, warn: take, error: take }
}
