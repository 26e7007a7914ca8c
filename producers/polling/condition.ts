/** How a source can be heard, as its rounds end: a record for each change, for alerts and KPIs. */

import type { SourceCondition, SourceState } from '../../schemas/events.ts'
import { key } from '../../schemas/keys.ts'
import type { Source } from '../source.ts'
import type { SourceError } from './source-error.ts'

/** A source is stale when no round went well for so many intervals, and so long at least. */
const STALE_ROUNDS = 3
const STALE_MS = 300_000

/** It is told again with each tenth that is lost, or gained, below a half: seldom, and in time. */
const TENTHS = 10
const QUIET_TENTHS = 5
const stepOf = (share: number | null): number =>
  share === null ? QUIET_TENTHS : Math.min(QUIET_TENTHS, Math.floor(share * TENTHS))

export interface ConditionTeller {
  /** The record of what changed with a round that ended; null where nothing did. */
  readonly after: (
    failure: SourceError | null,
    at: number,
    quotaLeft?: number | null,
  ) => SourceState | null
}

export const createConditionTeller = ({
  name,
  everyMs,
}: Pick<Source, 'name' | 'everyMs'>): ConditionTeller => {
  let told: string | null = null
  let heardAt: number | null = null
  let beganAt: number | null = null
  let failures = 0

  const stateOf = (failure: SourceError | null, at: number): SourceCondition => {
    if (failure === null) return 'heard'
    const silentMs = at - (heardAt ?? beganAt ?? at)
    return silentMs >= Math.max(STALE_ROUNDS * everyMs, STALE_MS) ? 'stale' : 'failing'
  }
  return {
    after: (failure, at, quotaLeft = null) => {
      beganAt ??= at
      const state = stateOf(failure, at)
      failures = failure === null ? 0 : failures + 1
      if (failure === null) heardAt = at
      const reason = failure?.reason ?? null
      const word = `${state} ${reason ?? ''} ${stepOf(quotaLeft)}`
      if (word === told) return null
      told = word
      return {
        eventId: key(name, state, reason ?? '', String(at)),
        eventAt: at,
        observedAt: at,
        source: name,
        state,
        reason,
        detail: failure?.message.slice(0, 1000) ?? null,
        heardAt,
        failures,
        quotaLeft,
      }
    },
  }
}
