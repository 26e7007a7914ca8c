/** A ViewStore and a LogReader in memory, for tests of what stands on those ports. */

import type {
  Keyed,
  LogReader,
  LogRecord,
  ViewCursor,
  ViewRow,
  ViewStore,
  ViewWrite,
} from '../../runtime/ports.ts'
import type { TopicName } from '../../schemas/topics.ts'

export class MemoryViews implements ViewStore {
  readonly #views = new Map<string, Map<string, ViewWrite>>()

  write(writes: Iterable<ViewWrite>): void {
    for (const write of writes) {
      const rows = this.#views.get(write.view) ?? new Map<string, ViewWrite>()
      this.#views.set(write.view, rows)
      if ((rows.get(write.key)?.at ?? -Infinity) <= write.at) rows.set(write.key, write)
    }
  }

  /** Every row that is there, by view. */
  rows(): readonly ViewWrite[] {
    const all = [...this.#views.values()].flatMap((rows) => [...rows.values()])
    return all.filter(({ value }) => value !== null)
  }

  get(view: string, key: string): string | undefined {
    const value = this.#views.get(view)?.get(key)?.value
    return value == null ? undefined : JSON.stringify(value)
  }

  getAll(views: readonly string[], key: string): (string | undefined)[] {
    return views.map((view) => this.get(view, key))
  }

  list(view: string, options: { limit: number; after?: ViewCursor }): ViewRow[] {
    const { sort, key } = options.after ?? { sort: Infinity, key: '' }
    return [...(this.#views.get(view)?.values() ?? [])]
      .flatMap((row) =>
        row.value === null || row.sort === null ? [] : [{ ...row, sort: row.sort }],
      )
      .filter((row) => row.sort < sort || (row.sort === sort && row.key > key))
      .sort((a, b) => b.sort - a.sort || (a.key < b.key ? -1 : 1))
      .slice(0, options.limit)
      .map((row) => ({ key: row.key, sort: row.sort, json: JSON.stringify(row.value) }))
  }

  count(view: string): number {
    return this.list(view, { limit: Infinity }).length
  }
}

export class MemoryLog implements LogReader {
  readonly #topics = new Map<TopicName, LogRecord[]>()

  append(records: readonly Keyed[]): LogRecord[] {
    return records.map((record) => {
      const topic = this.#topics.get(record.topic) ?? []
      this.#topics.set(record.topic, topic)
      const logged = { ...record, offset: topic.length }
      topic.push(logged)
      return logged
    })
  }

  *read<T extends TopicName>(topic: T, from = 0): Iterable<LogRecord<T>> {
    const records = (this.#topics.get(topic) ?? []) as unknown as LogRecord<T>[]
    for (const record of records) if (record.offset >= from) yield record
  }

  endOffset(topic: TopicName): number {
    return this.#topics.get(topic)?.length ?? 0
  }
}
