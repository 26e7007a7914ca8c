/**
 * How far a task of one partition has come: said with each commit, in its transaction, on one compacted topic. What lies behind an open
 * transaction is not seen, so those who do not commit together speak on partitions of their own.
 */

/** Offsets by place (`topic/partition`): each is that of the next record. */
export type Offsets = Readonly<Record<string, number>>

/**
 * `at`: everything up to this pipeline time has been handled. `written`: whoever has read these places up to these
 * offsets has all that the writer said up to `at`. `handled`: by place and writer, where it goes on reading. `shape`: that of the
 * cells which lie in its changelog. `isLive`: whether who writes from outside follows the clock on the wall or replays; missing where
 * an older version wrote it.
 */
export interface Progress {
  readonly at: number
  readonly written: Offsets
  readonly handled: Readonly<Record<string, Offsets>>
  readonly shape?: string
  readonly isLive?: boolean
}
export const NO_PROGRESS: Progress = { at: 0, written: {}, handled: {} }

/** The partition of the progress topic on which whoever offers from outside speaks. */
export const OUTSIDE_PROGRESS = 0
/** The one on which the tasks of a lane speak. */
export const progressOf = (lane: number): number => 1 + lane

export const placeOf = (topic: string, partition: number): string => `${topic}/${partition}`

export const encodeProgress = (progress: Progress): Buffer => Buffer.from(JSON.stringify(progress))
export const decodeProgress = (bytes: Buffer): Progress =>
  JSON.parse(bytes.toString('utf8')) as Progress

const MARK = '~'

/** A task has nothing to say up to `at` since its last commit, which reached `since`; compaction may take that away before this. */
export interface Passed {
  readonly at: number
  readonly since: number
}

/** How a task says so: beside its commits, under a key of its own. */
export const passedRecord = (task: string, { at, since }: Passed) => ({
  key: `${task}${MARK}`,
  value: String(at),
  headers: { since: String(since) },
})

/** What such a record says; undefined for a commit. Versions before did not say since when. */
export const passedIn = (
  key: string,
  value: Buffer,
  { since }: Readonly<Record<string, string>>,
): (Pick<Passed, 'at'> & Partial<Passed> & { readonly task: string }) | undefined =>
  key.endsWith(MARK)
    ? {
        ...{ task: key.slice(0, -MARK.length), at: Number(value.toString()) },
        ...(since !== undefined && { since: Number(since) }),
      }
    : undefined
