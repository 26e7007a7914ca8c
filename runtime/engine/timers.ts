/**
 * Due times of a stage. The store holds all of them; only the next ones are in memory, so that a million waiting
 * timers cost neither memory nor start-up time.
 */

import type { StateStore, StoredTimer } from '../ports.ts'

/** A timer in memory; `isLive` is false once it was replaced or cleared. */
interface Entry extends StoredTimer {
  isLive: boolean
}

/** How many timers are taken into memory at once. */
const WINDOW = 20_000

const before = (a: Entry, b: Entry): boolean =>
  a.due !== b.due ? a.due < b.due : a.key !== b.key ? a.key < b.key : a.timer < b.timer

export class TimerQueue {
  readonly #stage: string
  readonly #store: StateStore
  readonly #window: number
  /** Binary heap; entries that are no longer live are skipped when they come up. */
  readonly #heap: Entry[] = []
  /** Live entries by key and timer, and what has changed since the last flush. */
  readonly #live = new Map<string, Map<string, Entry>>()
  readonly #changed = new Map<string, Map<string, number | null>>()
  /** All timers due at or before it are in memory. */
  #loadedUntil = -Infinity
  /** No timer beyond `#loadedUntil` is due before it. */
  #nextStored: number

  constructor(stage: string, store: StateStore, window = WINDOW) {
    this.#stage = stage
    this.#store = store
    this.#window = window
    this.#nextStored = store.nextTimer(stage, -Infinity)
  }

  /** Sets or replaces a timer. */
  set(key: string, timer: string, due: number): void {
    const known = this.#live.get(key)?.get(timer)
    if (known?.due === due) return
    put(this.#changed, key, timer, due)
    if (known !== undefined) this.#forget(known)
    if (due > this.#loadedUntil) {
      if (due < this.#nextStored) this.#nextStored = due
    } else this.#keep({ key, timer, due, isLive: true })
  }

  clear(key: string, timer: string): void {
    put(this.#changed, key, timer, null)
    const known = this.#live.get(key)?.get(timer)
    if (known !== undefined) this.#forget(known)
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
    for (const [key, timers] of this.#changed)
      for (const [timer, due] of timers) this.#store.saveTimer(this.#stage, key, timer, due)
    this.#changed.clear()
  }

  #peek(time: number): Entry | undefined {
    let first = this.#first()
    while (first === undefined && this.#nextStored < Infinity && this.#nextStored <= time) {
      this.#load()
      first = this.#first()
    }
    return first
  }

  #first(): Entry | undefined {
    for (let first = this.#heap[0]; first !== undefined; first = this.#heap[0]) {
      if (first.isLive) return first
      this.#pop()
    }
    return undefined
  }

  #keep(entry: Entry): void {
    put(this.#live, entry.key, entry.timer, entry)
    this.#push(entry)
  }

  #forget(entry: Entry): void {
    entry.isLive = false
    const ofKey = this.#live.get(entry.key)
    ofKey?.delete(entry.timer)
    if (ofKey?.size === 0) this.#live.delete(entry.key)
  }

  #load(): void {
    this.flush()
    const { timers, until } = this.#store.loadTimers(this.#stage, this.#loadedUntil, this.#window)
    for (const { key, timer, due } of timers) {
      this.#keep({ key, timer, due, isLive: true })
      if (due > this.#loadedUntil) this.#loadedUntil = due
    }
    this.#nextStored = until === Infinity ? Infinity : this.#store.nextTimer(this.#stage, until)
  }

  #push(entry: Entry): void {
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

const put = <T>(byKey: Map<string, Map<string, T>>, key: string, timer: string, value: T): void => {
  const ofKey = byKey.get(key)
  if (ofKey === undefined) byKey.set(key, new Map([[timer, value]]))
  else ofKey.set(timer, value)
}
