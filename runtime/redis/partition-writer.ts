/** Writes what one partition of a topic says into the families of views that it feeds. */

import { VIEW_FEEDS, VIEW_NAMES, type ViewName } from '../../schemas/views.ts'
import type { TopicName } from '../../schemas/topics.ts'
import type { LogRecord } from '../ports.ts'
import { FamilyWriter, type Said, type WriterSettings } from './family-writer.ts'
import { familyOf, placeField } from './keys.ts'

export interface PartitionWriter {
  /** Offset from which records are wanted; 0 where a family has none. */
  readonly next: () => number
  /** Applies records in order; `to` is the offset after them. Throws what {@link FamilyWriter.write} throws. */
  readonly apply: (records: readonly LogRecord[], to: number) => Promise<void>
  /** Throws what {@link FamilyWriter.check} throws. */
  readonly check: () => Promise<void>
}

const familiesOf = (topic: TopicName): readonly ViewName[] =>
  VIEW_NAMES.filter((view) => VIEW_FEEDS[view].includes(topic))

/** Goes on where each family stands. */
export const openPartitionWriter = async (
  settings: WriterSettings,
  topic: TopicName,
  partition: number,
): Promise<PartitionWriter> => {
  const families = familiesOf(topic)
  const writers = await Promise.all(
    families.map((family) => FamilyWriter.open(settings, family, placeField(topic, partition))),
  )
  return {
    next: () => Math.min(...writers.map((writer) => writer.next)),
    apply: async (records, to) => {
      const said = new Map<string, Said[]>(families.map((family) => [family, []]))
      for (const record of records)
        for (const [family, writes] of Map.groupBy(settings.toViews(record), ({ view }) =>
          familyOf(view),
        ))
          said.get(family)?.push({ offset: record.offset, writes })
      await Promise.all(
        writers.map((writer, index) => writer.write(said.get(families[index] ?? '') ?? [], to)),
      )
    },
    check: async () => {
      await Promise.all(writers.map((writer) => writer.check()))
    },
  }
}
