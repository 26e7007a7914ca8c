/** The newest progress by writer, as the records of its topic tell it in their order: commits, and what was passed since. */

import type { FetchedMessage } from './client-parts.ts'
import { decodeProgress, NO_PROGRESS, passedIn, type Progress } from './progress.ts'

interface Told {
  readonly writer: string
  readonly progress: Progress
}

export class KnownProgress {
  readonly #committed = new Map<string, Progress>()
  /** Commits, and what was passed since. */
  readonly #newest = new Map<string, Progress>()

  newest(writer: string): Progress {
    return this.#newest.get(writer) ?? NO_PROGRESS
  }

  /** The newest that was committed with its state. */
  committed(writer: string): Progress {
    return this.#committed.get(writer) ?? NO_PROGRESS
  }

  get all(): ReadonlyMap<string, Progress> {
    return this.#newest
  }

  /** What a record tells; undefined where that is nothing. */
  note({
    key,
    value,
    headers,
  }: Pick<FetchedMessage, 'key' | 'value' | 'headers'>): Told | undefined {
    if (key === null || value === null) return undefined
    const name = key.toString()
    const passed = passedIn(name, value, headers)
    const writer = passed?.task ?? name
    const before = this.newest(writer)
    let progress: Progress
    if (passed === undefined) {
      progress = decodeProgress(value)
      this.#committed.set(writer, progress)
    } else {
      // Compaction took the commit that it follows, and a later one is still to come: what had been written is not known here.
      if (passed.since !== undefined && passed.since !== this.committed(writer).at) return undefined
      progress = { ...before, at: passed.at }
    }
    // Who restores a task commits what it had passed already.
    if (progress.at < before.at) progress = { ...progress, at: before.at }
    this.#newest.set(writer, progress)
    return { writer, progress }
  }
}
