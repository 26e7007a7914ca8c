/**
 * State of a task on one partition: cells and timers held locally, and what has changed since the last commit. Its truth is
 * the changelog. In a folder it outlives its process: then only what the changelog has since is read, as long as what lies
 * there is known to be a part of it.
 */

import { rmSync } from 'node:fs'
import { EmbeddedStore } from '../embedded/store.ts'
import { StoreError } from '../embedded/store-error.ts'
import type { StateStore, StoredTimer } from '../ports.ts'
import type { Change } from './changelog.ts'
import { DELETIONS_KEPT_MS } from './own-topics.ts'

/** How much of the changelog a local state holds. */
export interface Kept {
  /** Offset of the first record that it does not hold. */
  readonly next: number
  /** Pipeline time of the last commit among those it holds. */
  readonly at: number
}
const NOTHING: Kept = { next: 0, at: 0 }
const [NEXT, AT, KEPT_AT] = ['changelog-next', 'changelog-at', 'kept-at']
/** Deletions go from a changelog after a while: a state that is older would bring back what was deleted. */
const MOST_AGE_MS = DELETIONS_KEPT_MS / 2
const IN_MEMORY = ':memory:'

export class TaskState implements StateStore {
  readonly #folder: string | null
  readonly #local: EmbeddedStore
  #changes: Change[] = []
  /** What was read from the changelog, by record key. */
  readonly #read = new Map<string, Change>()
  /** True where it was empty when it was opened, until something is saved. */
  #isFilling: boolean
  #isDistrusted = false

  private constructor(folder: string | null, local: EmbeddedStore) {
    this.#folder = folder
    this.#local = local
    this.#isFilling = this.kept.next === 0
  }

  /** What is in the folder, empty where that is not to be used; in memory without a folder, and where another process has it. */
  static open(folder: string | null, now: number, share?: number): TaskState {
    if (folder === null) return TaskState.empty(null, share)
    try {
      const state = new TaskState(folder, openIn(folder, share))
      const keptAt = state.#local.getNumber(KEPT_AT) ?? -Infinity
      if (keptAt <= now && now - keptAt < MOST_AGE_MS) return state
      state.close()
    } catch (error) {
      if (!(error instanceof StoreError) || isOutOfReach(error)) throw error
      if (error.trouble === 'inUse') return TaskState.empty(null, share)
    }
    return TaskState.empty(folder, share)
  }

  /** Without anything in it; what lies in the folder goes. */
  static empty(folder: string | null, share?: number): TaskState {
    if (folder === null) return new TaskState(null, openStore(IN_MEMORY, share))
    rmSync(folder, { recursive: true, force: true })
    return new TaskState(folder, openIn(folder, share))
  }

  /** How much of the changelog it holds. */
  get kept(): Kept {
    const next = this.#local.getNumber(NEXT)
    return next === undefined ? NOTHING : { next, at: this.#local.getNumber(AT) ?? 0 }
  }

  loadCell(stage: string, key: string, cell: string): Uint8Array | undefined {
    return this.#local.loadCell(stage, key, cell)
  }
  saveCell(stage: string, key: string, cell: string, bytes: Uint8Array | null): void {
    this.#isFilling = false
    this.#local.saveCell(stage, key, cell, bytes)
    // The bytes are valid until the next call.
    const kept = bytes && Buffer.from(bytes)
    this.#changes.push({ kind: 'cell', stage, key, name: cell, bytes: kept })
  }
  loadTimers(stage: string, after: number, limit: number) {
    return this.#local.loadTimers(stage, after, limit)
  }
  recentTimers(stage: string): Iterable<StoredTimer> {
    return this.#local.recentTimers(stage)
  }
  isRecentTimer(stage: string, key: string, timer: string): boolean {
    return this.#local.isRecentTimer(stage, key, timer)
  }
  nextTimer(stage: string, after: number): number {
    return this.#local.nextTimer(stage, after)
  }
  saveTimer(stage: string, key: string, timer: string, due: number | null): void {
    this.#isFilling = false
    this.#local.saveTimer(stage, key, timer, due)
    this.#changes.push({ kind: 'timer', stage, key, name: timer, due })
  }

  /** Takes a change that was read from the changelog; of several of one record key the newest counts. It is applied by {@link keep}. */
  restore(recordKey: string, change: Change): void {
    this.#read.set(recordKey, change)
  }
  /** Changes that were read and not applied yet. */
  get unapplied(): number {
    return this.#read.size
  }

  /** What has changed since the last call, the newest change of each cell and timer. */
  takeChanges(): readonly Change[] {
    const newest = new Map<string, Change>()
    for (const change of this.#changes)
      if (change.kind !== 'commit')
        newest.set(`${change.kind} ${change.stage} ${change.key} ${change.name}`, change)
    this.#changes = []
    return [...newest.values()]
  }

  /** Keeps all that was saved and restored: the changelog is known to hold it. */
  keep({ next, at }: Kept, now: number): void {
    this.#local.transaction(() => {
      if (this.#read.size > 0) this.#apply()
      this.#local.setNumber(NEXT, next)
      this.#local.setNumber(AT, at)
      this.#local.setNumber(KEPT_AT, now)
    })
  }

  /** In the order of the table, so that neighbours share a page; past what is held for later, while nothing is. */
  #apply(): void {
    const [cell, timer] = this.#isFilling
      ? (['fillCell', 'fillTimer'] as const)
      : (['saveCell', 'saveTimer'] as const)
    for (const key of [...this.#read.keys()].sort()) {
      const change = this.#read.get(key)
      if (change?.kind === 'cell')
        this.#local[cell](change.stage, change.key, change.name, change.bytes)
      if (change?.kind === 'timer')
        this.#local[timer](change.stage, change.key, change.name, change.due)
    }
    this.#read.clear()
  }

  /** What lies in the folder is not to be used again. */
  distrust(): void {
    this.#isDistrusted = true
  }

  close(): void {
    this.#local.close()
    if (this.#isDistrusted && this.#folder !== null)
      rmSync(this.#folder, { recursive: true, force: true })
  }
}

/** Lost with the machine at most: then the changelog has more, and is read from where it ends. */
const openIn = (folder: string, share?: number): EmbeddedStore => {
  const store = openStore(folder, share)
  store.db.exec('PRAGMA synchronous = NORMAL')
  return store
}
const openStore = (folder: string, share = 1): EmbeddedStore => new EmbeddedStore(folder, { share })
/** Nothing says that what is there is no good. */
const isOutOfReach = ({ trouble }: StoreError): boolean =>
  trouble === 'notWritable' || trouble === 'unreliable' || trouble === 'cannotOpen'
