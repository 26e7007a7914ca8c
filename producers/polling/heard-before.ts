/**
 * What is on the log already is not offered again: polling and webhooks may tell the same, and after a crash the last turn is
 * told twice. Ids of the last records are kept as 52-bit hashes, and read back from the log at a start.
 */

import type { LogReader } from '../../runtime/ports.ts'
import type { TopicName } from '../../schemas/topics.ts'

/** Records of each topic that are looked back on. */
const LOOK_BACK = 200_000
/** Topics that sources offer. */
const TOPICS = [
  'ci.run-events.v1',
  'ci.test-results.v1',
  'ci.pull-events.v1',
  'ci.issue-events.v1',
  'ci.tab-states.v1',
  'ci.cluster-states.v1',
  'ci.log-excerpts.v1',
  'ci.dead-letters.v1',
] as const satisfies readonly TopicName[]

/**
 * 52 bits of two FNV-1a hashes. Two of 200,000 ids are taken for one with a chance of 1 in 22 billion per new id.
 */
const hashOf = (text: string): number => {
  let low = 0x811c9dc5
  let high = 0x1000193
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at)
    low = Math.imul(low ^ unit, 0x01000193)
    high = Math.imul(high ^ unit ^ (low >>> 13), 0x85ebca6b)
  }
  return (high >>> 12) * 2 ** 32 + (low >>> 0)
}

export interface HeardBefore {
  /**
   * True the first time: whoever asks offers the record then. Where the log does not take it, the process ends, and the
   * next one asks the log.
   */
  readonly claim: (topic: TopicName, eventId: string) => boolean
}

/** `log` is what was offered before; without one nothing was. */
export const createHeardBefore = (log?: LogReader, lookBack = LOOK_BACK): HeardBefore => {
  const heard = new Map<TopicName, Set<number>>(TOPICS.map((topic) => [topic, new Set()]))
  const claim: HeardBefore['claim'] = (topic, eventId) => {
    const ids = heard.get(topic)
    const hash = hashOf(eventId)
    if (ids === undefined || ids.has(hash)) return ids === undefined
    ids.add(hash)
    const [oldest] = ids.size > lookBack ? ids : []
    if (oldest !== undefined) ids.delete(oldest)
    return true
  }
  for (const topic of log === undefined ? [] : TOPICS)
    for (const { record } of log?.read(topic, log.endOffset(topic) - lookBack) ?? [])
      if (record !== null) claim(topic, record.eventId)
  return { claim }
}
