/** Asks each configured source once: what could be read, how old it is, what it costs. */

import { ConfigError, type ConfiguredSource } from '../producers/config/config.ts'
import { createClient } from '../producers/polling/client.ts'
import { createHeardBefore } from '../producers/polling/heard-before.ts'
import { livePace, liveWire } from '../producers/polling/live.ts'
import { createSession, type Batch } from '../producers/polling/session.ts'
import { SOURCE_FAILURES, SourceError } from '../producers/polling/source-error.ts'
import { systemClock } from '../runtime/clock.ts'
import { createStreamClient, type StreamClient } from '../runtime/http-stream.ts'
import type { Invocation } from './command.ts'
import { liveConfig } from './source-options.ts'

export interface Finding {
  readonly what: string
  readonly state: 'good' | 'note' | 'bad'
  readonly detail: string
}
/** So much of a source shows that it can be read; a whole first round may take long. */
const ENOUGH_RECORDS = 200
const LONGEST_MS = 60_000

const age = (ms: number): string =>
  ms < 120_000
    ? `${Math.round(ms / 1000)} s`
    : ms < 7_200_000
      ? `${Math.round(ms / 60_000)} min`
      : `${Math.round(ms / 3_600_000)} h`

interface Heard {
  records: number
  newestAt: number
}
const take = (heard: Heard, { offers }: Batch): void => {
  for (const { topic, record } of offers) {
    // What is said of the source itself is not what it says.
    if (topic === 'ci.source-states.v1') continue
    heard.records += 1
    heard.newestAt = Math.max(heard.newestAt, record.eventAt)
  }
}

const detailOf = ({ records, newestAt }: Heard, requests: number, everyMs: number): string => {
  const cost = `${requests} requests, a round each ${Math.round(everyMs / 1000)} s`
  if (records === 0) return `answers, and has nothing to tell; ${cost}`
  return `${records} records, the newest ${age(Math.max(0, systemClock.now() - newestAt))} old; ${cost}`
}

/** One round, up to where enough was read. */
const tryOne = async (
  { source, requestsPerHour, startLabels }: ConfiguredSource,
  stream: StreamClient,
  outer: AbortSignal,
): Promise<Finding> => {
  const signal = AbortSignal.any([outer, AbortSignal.timeout(LONGEST_MS)])
  const pace = livePace(systemClock)
  const wire = liveWire(stream, source, signal)
  const { addresses, name, everyMs } = source
  const client = createClient({ addresses, requestsPerHour, wire, pace, signal })
  const session = createSession({
    source,
    client,
    heard: createHeardBefore(),
    startLabels,
    marks: { begin: pace.now, turn: pace.now, end: () => undefined },
    loadCursor: () => undefined,
    saveCursor: () => undefined,
    onNotes: () => undefined,
  })
  const heard: Heard = { records: 0, newestAt: 0 }
  try {
    for await (const batch of session.round()) {
      take(heard, batch)
      if (heard.records >= ENOUGH_RECORDS) break
    }
  } catch (error) {
    if (!(error instanceof SourceError)) throw error
    const { reason, message } = error
    if (heard.records === 0 || !signal.aborted)
      return {
        what: name,
        state: 'bad',
        detail: `${reason}: ${message}. ${SOURCE_FAILURES[reason]}`,
      }
  }
  return { what: name, state: 'good', detail: detailOf(heard, client.quota().used, everyMs) }
}

/** A finding for each source, or one for a configuration that cannot be used. */
export const sourceFindings = async (invocation: Invocation): Promise<Finding[]> => {
  const stream = createStreamClient()
  try {
    const sources = liveConfig(invocation)?.sources ?? []
    return await Promise.all(sources.map((source) => tryOne(source, stream, invocation.signal)))
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    return [{ what: 'config', state: 'bad', detail: error.message }]
  } finally {
    await stream.close()
  }
}
