/** What a task commits: its changes, what it says and how far it has come, all in one transaction of its lane. */

import { shapeOf } from '../engine/cells-shape.ts'
import { toChangelog } from './changelog.ts'
import { laneOf } from './lanes.ts'
import type { LaneWriter } from './lane-writer.ts'
import type { WriteTo } from './messages.ts'
import { taskName } from './names.ts'
import type { Packs } from './packed.ts'
import type { ProgressBoard } from './progress-board.ts'
import { encodeProgress, placeOf, progressOf, type Offsets, type Progress } from './progress.ts'
import { offsetsOf } from './task-inputs.ts'
import type { TaskState } from './task-state.ts'
import type { TaskPlan } from './tasks.ts'
import type { Placed } from './transaction-parts.ts'

interface Parts {
  readonly plan: TaskPlan
  readonly partition: number
  readonly settings: WriteTo & { readonly board: ProgressBoard; readonly lanes: number }
  readonly progress: Progress
  readonly writer: LaneWriter
  readonly state: TaskState
}

export class TaskCommits {
  readonly #parts: Parts
  readonly #name: string
  readonly #shape: string
  readonly #changelog: string
  /** Its place there. Changelogs are nobody else's business. */
  readonly #own: string
  /** The partition of the progress topic on which it speaks. */
  readonly #progressOn: number
  #written: Offsets
  /** What its last commit had reached. */
  #at: number

  constructor(parts: Parts) {
    const { plan, partition, settings, progress } = parts
    this.#parts = parts
    this.#name = taskName(plan.name, partition)
    this.#shape = shapeOf(plan.processors)
    this.#changelog = settings.names.changelog(plan.name)
    this.#own = placeOf(this.#changelog, partition)
    this.#progressOn = progressOf(laneOf(partition, settings.lanes))
    this.#written = progress.written
    this.#at = progress.at
  }

  /** Commits what was said up to the horizon; `handled` is where each input goes on. */
  async commit(packs: Packs, horizon: number, handled: Progress['handled']): Promise<void> {
    const { plan, settings, writer, state } = this.#parts
    const written = await writer.commit({
      messages: [...this.#changes(horizon), ...packs.all],
      last: {
        ...{ topic: settings.names.progress, partition: this.#progressOn },
        say: (places) => this.#progress({ at: horizon, written: places, handled }),
      },
      read: { group: settings.names.group(plan.name), offsets: offsetsOf(handled) },
    })
    state.keep({ next: written[this.#own] ?? 0, at: horizon }, Date.now())
    this.#written = this.#inner(written)
    this.#at = horizon
  }

  /** Says beside its commits that it has come to the horizon and has nothing to say. */
  pass(horizon: number): void {
    this.#parts.settings.board.pass(this.#name, this.#progressOn, horizon, this.#at)
  }

  #changes(horizon: number): Placed[] {
    const { partition, state } = this.#parts
    return [{ kind: 'commit' } as const, ...state.takeChanges()].map((change) => ({
      ...toChangelog(change, horizon),
      topic: this.#changelog,
      partition,
    }))
  }

  #progress({ at, written, handled }: Progress): { key: string; value: Buffer } {
    const shape = this.#shape
    const value = encodeProgress({ at, written: this.#inner(written), handled, shape })
    return { key: this.#name, value }
  }

  /** All that it has written where others read, this commit with it. */
  #inner(written: Offsets): Offsets {
    const all = Object.entries({ ...this.#written, ...written })
    return Object.fromEntries(all.filter(([place]) => place !== this.#own))
  }
}
