/** Polls one source round after round until told to stop. */

import type { HealthKeeper } from './health.ts'
import type { Outbox } from './outbox.ts'
import type { Session } from './session.ts'
import { SourceError } from './source-error.ts'
import type { Pace } from './wire.ts'

const LONGEST_PAUSE_MS = 600_000
/** Sources with one interval should not all be asked at one instant: a round begins up to so much earlier. */
const JITTER = 0.1

export interface LoopPorts {
  readonly session: Session
  readonly everyMs: number
  readonly pace: Pace
  readonly health: HealthKeeper
  /** Where it rejects, the loop ends with its error. */
  readonly outbox: Outbox
  /** Called when a round failed, so that it can be told. */
  readonly onFailure: (error: SourceError) => void
}

/** Pause after a failure: the interval at first, then twice as long each time; never before the source wants to be asked. */
const pauseMs = (
  failures: number,
  everyMs: number,
  { retryAt }: SourceError,
  now: number,
): number =>
  Math.max(
    Math.min(everyMs * 2 ** (failures - 1), Math.max(LONGEST_PAUSE_MS, everyMs)),
    (retryAt ?? 0) - now,
  )

/** Returns after one round how long to wait, in milliseconds. Rejects where the log takes nothing any more. */
const runRound = async (ports: LoopPorts, signal: AbortSignal): Promise<number> => {
  const { session, everyMs, pace, health } = ports
  const began = pace.now()
  try {
    for await (const { offers } of session.round()) {
      await ports.outbox.put(offers)
      health.offered(offers.length)
    }
  } catch (error) {
    // What was under way when told to stop breaks off.
    if (signal.aborted) return 0
    if (!(error instanceof SourceError)) throw error
    health.roundFailed(error)
    ports.onFailure(error)
    return pauseMs(health.get().failures, everyMs, error, pace.now())
  }
  const now = pace.now()
  health.roundDone(now)
  return Math.max(0, everyMs * (1 - JITTER * pace.random()) - (now - began))
}

export const runLoop = async (ports: LoopPorts, signal: AbortSignal): Promise<void> => {
  while (!signal.aborted) await ports.pace.sleep(await runRound(ports, signal), signal)
}
