/**
 * Due times of a stage. The store holds all of them; only the next ones are in memory, so that a million waiting
 * timers cost neither memory nor start-up time.
 */

import type { StateStore, StoredTimer } from '../ports.ts'

const SEPARATOR = '\u001f'
const idOf = (key: string, timer: string): string => key + SEPARATOR + timer

/** How many timers are taken into memory at once. */
const WINDOW = 20_000

const before = (a: StoredTimer, b: StoredTimer): boolean =>
  a.due !== b.due ? a.due < b.due : a.key !== b.key ? a.key < b.key : a.timer < b.timer

export class TimerQueue {
  readonly #stage: string
  readonly #store: StateStore
  /** Binary heap; entries that were replaced or cleared since are skipped when they come up. */
  readonly #heap: StoredTimer[] = []
  readonly #due = new Map<string, number>()
  readonly #changed = new Map<string, { key: string; timer: string; due: number | null }>()
  /** All timers due at or before it are in memory. */
  #loadedUntil = -Infinity
  /** No timer beyond `#loadedUntil` is due before it. */
  #nextStored: number

  constructor(stage: string, store: StateStore) {
    this.#stage = stage
    this.#store = store
    this.#nextStored = store.nextTimer(stage, -Infinity)
  }

  /** Sets or replaces a timer. */
  set(key: string, timer: string, due: number): void {
    const id = idOf(key, timer)
    this.#changed.set(id, { key, timer, due })
    if (due > this.#loadedUntil) {
      this.#due.delete(id)
      if (due < this.#nextStored) this.#nextStored = due
      return
    }
    if (this.#due.get(id) === due) return
    this.#due.set(id, due)
    this.#push({ due, key, timer })
  }

  clear(key: string, timer: string): void {
    const id = idOf(key, timer)
    this.#changed.set(id, { key, timer, due: null })
    this.#due.delete(id)
  }

  /** Takes the first timer due at or before `time`; ties fall by key, then by name. */
  takeDue(time: number): StoredTimer | undefined {
    const first = this.#peek(time)
    if (first === undefined || first.due > time) return undefined
    this.#pop()
    this.clear(first.key, first.timer)
    return first
  }

  /** A time before which no timer is due; Infinity where none is set. */
  get nextDue(): number {
    return this.#first()?.due ?? this.#nextStored
  }

  /** Writes what changed to the store. */
  flush(): void {
    for (const { key, timer, due } of this.#changed.values())
      this.#store.saveTimer(this.#stage, key, timer, due)
    this.#changed.clear()
  }

  #peek(time: number): StoredTimer | undefined {
    let first = this.#first()
    while (first === undefined && this.#nextStored <= time) {
      this.#load()
      first = this.#first()
    }
    return first
  }

  #first(): StoredTimer | undefined {
    for (let first = this.#heap[0]; first !== undefined; first = this.#heap[0]) {
      if (this.#due.get(idOf(first.key, first.timer)) === first.due) return first
      this.#pop()
    }
    return undefined
  }

  #load(): void {
    this.flush()
    const { timers, until } = this.#store.loadTimers(this.#stage, this.#loadedUntil, WINDOW)
    for (const timer of timers) {
      this.#due.set(idOf(timer.key, timer.timer), timer.due)
      this.#push(timer)
    }
    this.#loadedUntil = until
    this.#nextStored = until === Infinity ? Infinity : this.#store.nextTimer(this.#stage, until)
  }

  #push(entry: StoredTimer): void {
    const heap = this.#heap
    let at = heap.length
    heap.push(entry)
    while (at > 0) {
      const up = (at - 1) >> 1
      const parent = heap[up]
      if (parent === undefined || !before(entry, parent)) break
      heap[at] = parent
      at = up
    }
    heap[at] = entry
  }

  #pop(): void {
    const heap = this.#heap
    const last = heap.pop()
    if (last === undefined || heap.length === 0) return
    let at = 0
    for (;;) {
      let child = 2 * at + 1
      const left = heap[child]
      if (left === undefined) break
      const right = heap[child + 1]
      let least = left
      if (right !== undefined && before(right, left)) {
        child += 1
        least = right
      }
      if (!before(least, last)) break
      heap[at] = least
      at = child
    }
    heap[at] = last
  }
}
