/** State of a task on one partition: cells and timers held locally, and what has changed since the last commit. */

import { EmbeddedStore } from '../embedded/store.ts'
import type { StateStore, StoredTimer } from '../ports.ts'
import type { Change } from './changelog.ts'

export class TaskState implements StateStore {
  readonly #local = new EmbeddedStore(':memory:')
  #changes: Change[] = []

  loadCell(stage: string, key: string, cell: string): Uint8Array | undefined {
    return this.#local.loadCell(stage, key, cell)
  }
  saveCell(stage: string, key: string, cell: string, bytes: Uint8Array | null): void {
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
    this.#local.saveTimer(stage, key, timer, due)
    this.#changes.push({ kind: 'timer', stage, key, name: timer, due })
  }

  /** Applies a change that was read from the changelog. */
  restore(change: Change): void {
    if (change.kind === 'cell')
      this.#local.saveCell(change.stage, change.key, change.name, change.bytes)
    if (change.kind === 'timer')
      this.#local.saveTimer(change.stage, change.key, change.name, change.due)
  }

  /** What has changed since the last call, the newest change of each cell and timer. */
  takeChanges(): readonly Change[] {
    const newest = new Map<string, Change>()
    for (const change of this.#changes)
      if (change.kind !== 'commit')
        newest.set(`${change.kind} ${change.stage} ${change.key} ${change.name}`, change)
    this.#changes = []
    this.seal()
    return [...newest.values()]
  }

  /** Tidies up what was written since the last call. */
  seal(): void {
    this.#local.transaction(() => undefined)
  }

  close(): void {
    this.#local.close()
  }
}
