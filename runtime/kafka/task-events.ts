/** What happens to tasks, for metrics, health and logs. */

import type { TaskPlan } from './tasks.ts'

export interface Assigned {
  readonly plan: TaskPlan
  readonly partition: number
}
export type TaskEvent = { readonly of: Assigned } & (
  | { readonly kind: 'opened'; readonly restoreMs: number; readonly changes: number }
  | Turn
  /** It reads nothing until what it waits for is there; null: it goes on. */
  | { readonly kind: 'paused'; readonly reason: string | null }
  /** It will be restored and go on. */
  | { readonly kind: 'failed'; readonly error: Error }
  /** Another process has it. */
  | { readonly kind: 'fenced' }
  /** Nothing is read any more until the process is started again. */
  | { readonly kind: 'stopped'; readonly error: Error }
  | { readonly kind: 'closed' }
)
/** What a task has done: a transaction, or going on to a time up to which there was nothing to do. */
export type Turn =
  ({ readonly kind: 'committed' } & Committed) | { readonly kind: 'passed'; readonly at: number }
/** One transaction. `at` is the pipeline time reached, `ms` how long handling and commit took. */
export interface Committed {
  readonly at: number
  readonly records: number
  readonly outputs: number
  readonly letters: number
  readonly ms: number
}
export type OnTaskEvent = (event: TaskEvent) => void
