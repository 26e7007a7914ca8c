/**
 * How the value of a view's row lies in the file: as JSON text ready to be sent, as Avro where it is large and seldom
 * read, and not at all where the log holds its record.
 */

import type { TopicName } from '../../schemas/topics.ts'
import { TABLE_VIEWS } from '../../schemas/views.ts'
import type { LogRecord, ToViews } from '../ports.ts'
import type { EmbeddedLog } from './log.ts'
import { StoreError } from './store-error.ts'

export type StoredValue = string | Uint8Array | null

/** As Avro a score takes less than half the room. */
const PACKED: ReadonlyMap<string, 'score'> = new Map([['scores', 'score']])
const TABLE_OF: ReadonlyMap<string, TopicName> = new Map(Object.entries(TABLE_VIEWS))

/** Stands in a row that is not listed and whose record the log holds: without a value it would be a deleted one. */
const IN_LOG = ''

/** True where values are JSON text in the file. */
export const isText = (view: string): boolean => !PACKED.has(view) && !TABLE_OF.has(view)

export interface ViewValues {
  /** `isListed` where the row has a sort. */
  readonly toStored: (view: string, value: object, isListed: boolean) => StoredValue
  /** The value as JSON text. Throws {@link StoreError} where it is of a record that is not there. */
  readonly ofStored: (view: string, key: string, stored: StoredValue) => string
  /** What a record says in a row of a view, as JSON text. */
  readonly ofRecord: (view: string, key: string, record: LogRecord) => string
}

export const createViewValues = (log: EmbeddedLog, toViews: ToViews): ViewValues => {
  const codecOf = (view: string) => {
    const name = PACKED.get(view)
    return name && log.codecs[name]
  }
  const ofRecord = (view: string, key: string, record: LogRecord): string => {
    const write = toViews(record).find((made) => made.view === view && made.key === key)
    return JSON.stringify(write?.value ?? null)
  }
  const ofTable = (view: string, key: string): string => {
    const topic = TABLE_OF.get(view)
    const record = topic && log.newest(topic, key)
    if (record !== undefined) return ofRecord(view, key, record)
    throw new StoreError(
      `the record of ${key} in ${view} is missing: restore the store from a copy`,
    )
  }
  return {
    toStored: (view, value, isListed) => {
      if (TABLE_OF.has(view)) return isListed ? null : IN_LOG
      const codec = codecOf(view)
      return codec === undefined ? JSON.stringify(value) : codec.encode(value as never)
    },
    ofStored: (view, key, stored) => {
      if (stored === IN_LOG) return ofTable(view, key)
      if (typeof stored === 'string') return stored
      const codec = codecOf(view)
      if (stored === null || codec === undefined) return ofTable(view, key)
      const { buffer, byteOffset, byteLength } = stored
      return JSON.stringify(codec.decode(Buffer.from(buffer, byteOffset, byteLength)))
    },
    ofRecord,
  }
}
