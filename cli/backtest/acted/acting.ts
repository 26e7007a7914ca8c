/**
 * Acts on the stops of our rule while recorded CI is replayed: a stopped run is heard to be aborted at that instant, and
 * nothing more of it, but for a share of runs that is left to its end so that the pipeline goes on learning, more of them
 * the likelier the job was mended. The pipeline
 * knows nothing of this: it hears what it would hear where a sink acts.
 */

import { createHash } from 'node:crypto'
import { runFact } from '../../../producers/payload/facts.ts'
import type { EmbeddedRuntime } from '../../../runtime/embedded/runtime.ts'
import type { Cursor, LogRecord, Offer } from '../../../runtime/ports.ts'
import type { Act, Decision, RunEvent, RunRef } from '../../../schemas/events.ts'
import { derivedId } from '../../../schemas/ids.ts'
import { keepShareOf } from '../../../schemas/keeping.ts'
import { runKey } from '../../../schemas/keys.ts'
import { failedClass } from '../../../schemas/outcomes.ts'
import type { Fed } from '../../../runtime/ports.ts'
import { actOf } from '../../../sinks/act/ledger.ts'
import { withPolicy } from '../with-policy.ts'

/** The first stop of a run. */
export interface ActedStop {
  readonly elapsedSeconds: number
  readonly isKept: boolean
  /** Of runs like it, so many were left to their end. Unit: ratio 0..1. */
  readonly keepShare: number
  /** How a run that was cut would have ended, as the recording has it; null until that is read, or where it has no end. */
  truth: { readonly failed: boolean | null; readonly finishedMs: number } | null
}
export interface Acting {
  /** The runtime to replay into. */
  readonly fed: Fed
  /** Every run that was stopped, by run key. */
  readonly stops: ReadonlyMap<string, ActedStop>
}

/**
 * Whether a run is left to its end: a share of all, by a hash of its key (the first 32 bits of SHA-256), so that neither
 * time nor order matters. Example: with a share of 1 each run is kept, with 0 none.
 */
export const isKept = (key: string, keepShare: number): boolean =>
  createHash('sha256').update(key).digest().readUInt32BE() / 2 ** 32 < keepShare

/** Wraps a runtime whose replay is to be acted on. */
export const actOnStops = (runtime: EmbeddedRuntime, keepShare: number): Acting => {
  const stops = new Map<string, ActedStop>()
  const ended = new Set<string>()
  const told: Decision[] = []
  runtime.onCommit((published) => {
    for (const record of published) if (isStop(record)) told.push(record.record as Decision)
  })

  /** Cuts what was told to stop; what that makes be told is cut in turn. */
  const cut = (): void => {
    for (let stop = told.shift(); stop !== undefined; stop = told.shift()) {
      const key = runKey(stop)
      if (stops.has(key) || ended.has(key)) continue
      const { elapsedSeconds } = stop
      const share = keepShareOf(stop, keepShare)
      const isLeft = isKept(key, share)
      stops.set(key, { elapsedSeconds, isKept: isLeft, keepShare: share, truth: null })
      if (isLeft) continue
      // One after the other: a record is stamped just after the time that was reached.
      runtime.commit([{ topic: 'ci.acts.v1', record: acted(stop) }], runtime.now)
      runtime.commit([{ topic: 'ci.run-events.v1', record: aborted(stop) }], runtime.now)
    }
  }
  const commit = (offers: readonly Offer[], until: number): void => {
    runtime.commit(offers, until)
    cut()
  }
  /** Lets every timer before an instant fire by itself, so that a cut is heard before anything later. */
  const passTime = (until: number): void => {
    for (let due = nextDue(runtime); due < until; due = nextDue(runtime))
      commit([], Math.max(due, runtime.now + 1))
  }
  const take = (offers: readonly Offer[], horizon: number, cursor?: Cursor): void => {
    for (const instant of instantsOf(offers)) {
      const at = instant[0]?.record.observedAt ?? 0
      passTime(at)
      commit(instant.filter((offer) => isHeard(offer, stops, ended)).map(withConsent), at)
    }
    passTime(horizon + 1)
    runtime.commit([], horizon, cursor)
  }
  return {
    stops,
    fed: {
      get now() {
        return runtime.now
      },
      cursor: (source) => runtime.cursor(source),
      commit: take,
      take,
    },
  }
}

const isStop = ({ topic, record }: LogRecord): boolean =>
  topic === 'ci.decisions.v1' && (record as Decision | null)?.level === 'stop'

const nextDue = ({ engine }: EmbeddedRuntime): number =>
  Math.min(...engine.stages.map((stage) => stage.nextDue))

/** Offers of one instant together. */
function* instantsOf(offers: readonly Offer[]): Iterable<readonly Offer[]> {
  for (let from = 0; from < offers.length;) {
    const at = offers[from]?.record.observedAt
    let to = from + 1
    while (to < offers.length && offers[to]?.record.observedAt === at) to += 1
    yield offers.slice(from, to)
    from = to
  }
}

/** As configured where stops are acted on. */
const withConsent = withPolicy('act')

/** Nothing is heard of a run that was cut; its true end is kept beside. */
const isHeard = (
  { topic, record }: Offer,
  stops: ReadonlyMap<string, ActedStop>,
  ended: Set<string>,
): boolean => {
  if (topic !== 'ci.run-events.v1' && topic !== 'ci.test-results.v1') return true
  const key = runKey(record as RunRef)
  const stop = stops.get(key)
  const event = topic === 'ci.run-events.v1' ? (record as RunEvent) : null
  if (stop === undefined || stop.isKept) {
    if (event?.kind === 'finished') ended.add(key)
    return true
  }
  if (event?.kind === 'finished')
    stop.truth = { failed: failedClass(event.outcome ?? 'unknown'), finishedMs: event.eventAt }
  return false
}

const acted = (stop: Decision): Act =>
  actOf(stop, 'done', stop.observedAt, {
    ...{ kind: 'replay', reason: 'recorded CI is stopped by hearing no more of it' },
    ...{ precision: null, tries: 1 },
  })
const aborted = (stop: Decision): RunEvent =>
  runFact(
    stop,
    'finished',
    { eventAt: stop.observedAt, observedAt: stop.observedAt },
    {
      eventId: derivedId(stop.eventId, 'acted'),
      outcome: 'aborted',
      rawOutcome: 'stopped',
    },
  )
