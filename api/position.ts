/** Where a stream is: the next offsets of each streamed topic. It is the id of every event, so a stream resumes from the log, on any process. */

import type { LogRecord, PartitionedLog } from '../runtime/ports.ts'
import type { TopicName } from '../schemas/topics.ts'

/** Streamed topics, with the event type of their records. New rows go to the end: ids list offsets in this order. */
export const STREAMED = {
  'ci.forecasts.v1': 'forecast',
  'ci.decisions.v1': 'decision',
  'ci.scores.v1': 'score',
  'ci.incidents.v1': 'incident',
  'ci.kpis.v1': 'kpi',
  'ci.runs.v1': 'run',
} as const satisfies Partial<Record<TopicName, string>>
export type StreamedTopic = keyof typeof STREAMED
export type EventType = (typeof STREAMED)[StreamedTopic]

export const STREAMED_TOPICS = Object.keys(STREAMED) as StreamedTopic[]
export const isStreamed = (topic: TopicName): topic is StreamedTopic => topic in STREAMED

/** Next offsets by partition. */
export type Position = Map<StreamedTopic, number[]>

/** Where a topic ends, all partitions together, as far as is known: records ever published, and marks of commits where the log has them. */
export const endOf = (log: PartitionedLog, topic: TopicName): number =>
  log.ends(topic).reduce((sum, end) => sum + end, 0)

/** Position behind everything published. */
export const endPosition = (log: PartitionedLog): Position =>
  new Map(STREAMED_TOPICS.map((topic) => [topic, [...log.ends(topic)]]))
export const copyOf = (position: Position): Position =>
  new Map([...position].map(([topic, offsets]) => [topic, [...offsets]]))
/** Moves the position past a record. */
export const movePast = (position: Position, { topic, partition = 0, offset }: LogRecord): void => {
  const offsets = position.get(topic as StreamedTopic)
  if (offsets !== undefined) offsets[partition] = offset + 1
}

/** Topics by `.`, partitions by `-`. Example: `12.0.3.0.44.90` where each topic has one partition. */
export const idOf = (position: Position): string =>
  STREAMED_TOPICS.map((topic) => position.get(topic)?.join('-') ?? '0').join('.')

/** Inverse of {@link idOf}; undefined where the text is none, or lies beyond the log: it is of another store. */
export const positionOf = (id: string, log: PartitionedLog): Position | undefined => {
  const texts = id.split('.')
  if (texts.length !== STREAMED_TOPICS.length) return undefined
  const position: Position = new Map()
  for (const [index, topic] of STREAMED_TOPICS.entries()) {
    const offsets = (texts[index] ?? '').split('-')
    const ends = log.ends(topic)
    const isOfThisLog =
      offsets.length === ends.length &&
      offsets.every((text, at) => /^\d{1,15}$/.test(text) && Number(text) <= (ends[at] ?? 0))
    if (!isOfThisLog) return undefined
    position.set(topic, offsets.map(Number))
  }
  return position
}
