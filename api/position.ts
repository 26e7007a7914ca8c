/** Where a stream is: the next offset of each streamed topic. It is the id of every event, so a stream resumes from the log. */

import type { LogReader } from '../runtime/ports.ts'
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

export type Position = Map<StreamedTopic, number>

/** Position behind everything published. */
export const endPosition = (log: LogReader): Position =>
  new Map(STREAMED_TOPICS.map((topic) => [topic, log.endOffset(topic)]))

/** Example: `12.0.3.0.44.90`. */
export const idOf = (position: Position): string =>
  STREAMED_TOPICS.map((topic) => position.get(topic) ?? 0).join('.')

/** Inverse of {@link idOf}; undefined where the text is none, or lies beyond the log: it is of another store. */
export const positionOf = (id: string, log: LogReader): Position | undefined => {
  const offsets = id.split('.')
  if (
    offsets.length !== STREAMED_TOPICS.length ||
    !offsets.every((text) => /^\d{1,15}$/.test(text))
  )
    return undefined
  const position: Position = new Map(
    STREAMED_TOPICS.map((topic, index) => [topic, Number(offsets[index])]),
  )
  const isOfThisLog = STREAMED_TOPICS.every(
    (topic) => (position.get(topic) ?? 0) <= log.endOffset(topic),
  )
  return isOfThisLog ? position : undefined
}
