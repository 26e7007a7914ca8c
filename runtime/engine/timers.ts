/**
 * Due times of a stage. The store holds all of them; in memory are the next ones and those set lately, so that a million
 * waiting timers cost neither memory nor start-up time.
 */

import type { StateStore, StoredTimer } from '../ports.ts'

/** A timer in memory. */
interface Entry extends StoredTimer {
  /** False once it has come up, was replaced or cleared. */
  isLive: boolean
  /** True where the store may have one of its name. Most timers come up or are replaced before it hears of them. */
  isStored: boolean
}
/** Keys whose timers have all come up keep their empty table up to so many keys: most set the next one at once. */
const IDLE_KEYS = 10_000

/** How many timers are taken into memory at once, and how many times that are kept there. */
const WINDOW = 20_000
const KEPT_WINDOWS = 4
const LEAST_CHANGED = 10_000

const before = (a: Entry, b: Entry): boolean =>
  a.due !== b.due ? a.due < b.due : a.key !== b.key ? a.key < b.key : a.timer < b.timer

export class TimerQueue {
  readonly #stage: string
  readonly #store: StateStore
  readonly #window: number
  /** Binary heap; entries that are no longer live are skipped when they come up. */
  readonly #heap: Entry[] = []
  /** Live entries by key and timer. */
  readonly #live = new Map<string, Map<string, Entry>>()
  /** What has been set, has come up or was cleared since the last flush. */
  #changed: Entry[] = []
  /** With so many of them those are forgotten that have gone without the store's having heard of them. */
  #mostChanged = LEAST_CHANGED
  /** All timers due at or before it are in memory; of those due later some are. */
  #loadedUntil = -Infinity
  /** No timer that is in the store alone is due before it. */
  #nextStored: number
  /** No timer at all is due before it: asked at each record, and most of the time that is all there is to know. */
  #noneBefore = -Infinity
  #mostKept: number

  constructor(stage: string, store: StateStore, window = WINDOW) {
    this.#stage = stage
    this.#store = store
    this.#window = window
    this.#mostKept = KEPT_WINDOWS * window
    this.#nextStored = store.nextTimer(stage, -Infinity)
    for (const timer of store.recentTimers(stage))
      this.#keep({ ...timer, isLive: true, isStored: true })
  }

  /** Sets or replaces a timer. */
  set(key: string, timer: string, due: number): void {
    const known = this.#live.get(key)?.get(timer)
    if (known?.due === due) return
    const isStored = known?.isStored ?? this.#hasOthers
    if (known !== undefined) known.isLive = false
    const entry = { key, timer, due, isLive: true, isStored }
    this.#note(entry)
    this.#keep(entry)
  }

  clear(key: string, timer: string): void {
    const known = this.#live.get(key)?.get(timer)
    if (known !== undefined) {
      this.#forget(known)
      this.#note(known)
    } else if (this.#hasOthers) this.#note({ key, timer, due: 0, isLive: false, isStored: true })
  }

  /** Takes the first timer due at or before `time`; ties fall by key, then by name. */
  takeDue(time: number): StoredTimer | undefined {
    if (time < this.#noneBefore) return undefined
    const first = this.#peek(time)
    if (first === undefined || first.due > time) {
      this.#noneBefore = this.nextDue
      return undefined
    }
    this.#pop()
    this.#forget(first)
    this.#note(first)
    return first
  }

  /** A time before which no timer is due; Infinity where none is set. */
  get nextDue(): number {
    return Math.min(this.#first()?.due ?? Infinity, this.#nextStored)
  }

  /** Writes what changed to the store. */
  flush(): void {
    for (const entry of this.#changed) {
      const { key, timer, due } = entry
      if (entry.isLive) {
        this.#store.saveTimer(this.#stage, key, timer, due)
        entry.isStored = true
      } else if (entry.isStored && this.#live.get(key)?.has(timer) !== true)
        this.#store.saveTimer(this.#stage, key, timer, null)
    }
    this.#changed = []
    this.#mostChanged = LEAST_CHANGED
    if (this.#heap.length > this.#mostKept) this.#trim()
  }

  /** True where the store may have timers that are not in memory. */
  get #hasOthers(): boolean {
    return this.#nextStored < Infinity
  }

  /** Keeps for the next flush what the store must hear. */
  #note(entry: Entry): void {
    if (!entry.isLive && !entry.isStored) return
    this.#changed.push(entry)
    if (this.#changed.length < this.#mostChanged) return
    this.#changed = this.#changed.filter(({ isLive, isStored }) => isLive || isStored)
    this.#mostChanged = Math.max(LEAST_CHANGED, 2 * this.#changed.length)
  }

  #peek(time: number): Entry | undefined {
    let first = this.#first()
    while (this.#nextStored <= time && this.#nextStored <= (first?.due ?? Infinity)) {
      if (this.#nextStored === Infinity) break
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
    const ofKey = this.#live.get(entry.key)
    if (ofKey === undefined)
      this.#live.set(entry.key, new Map<string, Entry>().set(entry.timer, entry))
    else ofKey.set(entry.timer, entry)
    if (entry.due < this.#noneBefore) this.#noneBefore = entry.due
    this.#push(entry)
  }

  #forget(entry: Entry): void {
    entry.isLive = false
    const ofKey = this.#live.get(entry.key)
    ofKey?.delete(entry.timer)
    if (ofKey?.size === 0 && this.#live.size > IDLE_KEYS) this.#live.delete(entry.key)
  }

  #load(): void {
    this.flush()
    const { timers, until } = this.#store.loadTimers(this.#stage, this.#loadedUntil, this.#window)
    for (const { key, timer, due } of timers)
      if (this.#live.get(key)?.has(timer) !== true)
        this.#keep({ key, timer, due, isLive: true, isStored: true })
    this.#loadedUntil = until
    this.#nextStored = until === Infinity ? Infinity : this.#store.nextTimer(this.#stage, until)
  }

  /** Leaves to the store what is due last and was not set lately. */
  #trim(): void {
    const live = this.#heap.filter(({ isLive }) => isLive).sort((a, b) => (before(a, b) ? -1 : 1))
    this.#loadedUntil = Math.min(this.#loadedUntil, live[this.#window]?.due ?? Infinity)
    this.#heap.length = 0
    for (const entry of live)
      if (entry.due <= this.#loadedUntil || this.#isRecent(entry)) this.#heap.push(entry)
      else {
        this.#forget(entry)
        if (entry.due < this.#nextStored) this.#nextStored = entry.due
      }
    this.#mostKept = Math.max(KEPT_WINDOWS * this.#window, 2 * this.#heap.length)
  }
  #isRecent({ key, timer }: Entry): boolean {
    return this.#store.isRecentTimer(this.#stage, key, timer)
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
