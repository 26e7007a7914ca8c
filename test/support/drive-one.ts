/** Drives one processor by hand: cells as bytes, so that nothing lives on unless it was put; timers in order of time. */

import type {
  Cells,
  Effect,
  Emit,
  Input,
  Processor,
  Retire,
  Tables,
} from '../../processors/processor.ts'
import { TOPICS, type RecordOf, type TopicName } from '../../schemas/topics.ts'
import { cellCodec } from './cell-codec.ts'

interface Timer {
  readonly key: string
  readonly timer: string
  readonly due: number
}
const byDue = (a: Timer, b: Timer): number =>
  a.due - b.due || compare(a.key, b.key) || compare(a.timer, b.timer)
const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
const id = (key: string, name: string): string => `${key}\u001f${name}`

export interface Drive {
  /** Everything said so far, in order. */
  readonly said: (Emit | Retire)[]
  /** Cells as bytes by key and name. */
  readonly cells: Map<string, Buffer>
  /** The same cells decoded. */
  state(): Record<string, unknown>
  readonly timers: Map<string, Timer>
  /** Hands in a record at its `observedAt`, after the timers due until then. */
  give<T extends TopicName>(topic: T, record: RecordOf<T>): void
  advanceTo(time: number): void
  /** Records said on a topic, tombstones left out. */
  on<T extends TopicName>(topic: T): RecordOf<T>[]
}

const NO_TABLES: Tables = { get: () => undefined }

export const drive = (processor: Processor, tables: Tables = NO_TABLES): Drive => {
  const cells = new Map<string, Buffer>()
  const timers = new Map<string, Timer>()
  const said: (Emit | Retire)[] = []
  let now = 0

  const typeOf = (cell: string) => cellCodec(processor.cells, cell)
  const cellsOf = (key: string): Cells => ({
    get: (cell) => {
      const bytes = cells.get(id(key, cell))
      return bytes === undefined ? undefined : (typeOf(cell).fromBuffer(bytes) as unknown)
    },
    put: (cell, value) => cells.set(id(key, cell), typeOf(cell).toBuffer(value)),
    delete: (cell) => cells.delete(id(key, cell)),
  })
  const apply = (key: string, effect: Effect): void => {
    if (effect.kind === 'emit' || effect.kind === 'retire') said.push(effect)
    if (effect.kind === 'setTimer')
      timers.set(id(key, effect.timer), { key, timer: effect.timer, due: effect.at })
    if (effect.kind === 'clearTimer') timers.delete(id(key, effect.timer))
  }
  const step = (key: string, input: Input): void => {
    const effects = processor.step(cellsOf(key), key, input, now, tables)
    for (const effect of effects) apply(key, effect)
  }
  const advanceTo = (time: number): void => {
    for (;;) {
      const [next] = [...timers.values()].sort(byDue)
      if (next === undefined || next.due > time) break
      timers.delete(id(next.key, next.timer))
      now = Math.max(now, next.due)
      step(next.key, { kind: 'timer', timer: next.timer, due: next.due })
    }
    now = Math.max(now, time)
  }
  return {
    said,
    cells,
    timers,
    state: () =>
      Object.fromEntries(
        [...cells].map(([name, bytes]) => [
          name,
          typeOf(name.slice(name.indexOf('\u001f') + 1)).fromBuffer(bytes) as unknown,
        ]),
      ),
    advanceTo,
    give: (topic, record) => {
      if (processor.wants?.(record, topic) === false) return
      advanceTo(record.observedAt)
      if (processor.wants?.(record, topic) === false) return
      const keyOf = TOPICS[topic].keyOf as (r: RecordOf<typeof topic>) => string
      step(keyOf(record), { kind: 'record', topic, record })
    },
    on: <T extends TopicName>(topic: T) =>
      said.flatMap((effect) =>
        effect.kind === 'emit' && effect.topic === topic ? [effect.record as RecordOf<T>] : [],
      ),
  }
}
