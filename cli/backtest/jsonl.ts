/** Forecasts and decisions as lines of JSON, one record a line, for whoever wants to judge them independently. */

import { open } from 'node:fs/promises'
import type { Decision, Forecast } from '../../schemas/events.ts'

const CHUNK_CHARACTERS = 65_536

const iso = (atMs: number): string => new Date(atMs).toISOString()

/** A forecast as one line: times in seconds, `at` in ISO 8601, null where no time could be told. */
export const forecastLine = (forecast: Forecast): string =>
  JSON.stringify({
    source: forecast.source,
    repo: forecast.repo,
    job: forecast.job,
    runId: forecast.runId,
    attempt: forecast.attempt,
    at: iso(forecast.eventAt),
    elapsedSeconds: forecast.elapsedSeconds,
    pFail: forecast.pFail,
    pFailLow: forecast.pFailLow,
    pFailHigh: forecast.pFailHigh,
    expectedRemainingSeconds: forecast.remainingSeconds,
    remainingLow: forecast.remainingLow,
    remainingHigh: forecast.remainingHigh,
    rule: forecast.rule,
  })

/** A decision as one line: `at` in ISO 8601, level one of continue, watch, advise, stop, abstain. */
export const decisionLine = (decision: Decision): string =>
  JSON.stringify({
    source: decision.source,
    repo: decision.repo,
    job: decision.job,
    runId: decision.runId,
    attempt: decision.attempt,
    at: iso(decision.eventAt),
    level: decision.level,
    pFail: decision.pFail,
    expectedSavedSeconds: decision.expectedSavedSeconds,
    reason: decision.reason,
  })

export interface LineFile {
  /**
   * Resolves when the writer may go on: at once, or when the chunks so far are written. Order is kept whether or not it
   * is awaited; a write that fails rejects here and again at the close.
   */
  write(line: string): Promise<void>
  close(): Promise<void>
}

/** Opens a file for lines, replacing what it held. */
export const openLineFile = async (path: string): Promise<LineFile> => {
  const file = await open(path, 'w')
  let written = Promise.resolve()
  let lines: string[] = []
  let characters = 0
  const flush = (): Promise<void> => {
    const chunk = lines.join('')
    lines = []
    characters = 0
    written = written.then(() => file.writeFile(chunk))
    // The close tells of it to a writer that did not wait.
    written.catch(() => undefined)
    return written
  }
  return {
    write(line) {
      lines.push(line, '\n')
      characters += line.length + 1
      return characters < CHUNK_CHARACTERS ? Promise.resolve() : flush()
    },
    async close() {
      try {
        await flush()
      } finally {
        await file.close()
      }
    },
  }
}
