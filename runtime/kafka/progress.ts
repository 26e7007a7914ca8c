/** How far a task of one partition has come: said with each commit, in its transaction, on one compacted topic. */

/** Offsets by place (`topic/partition`): each is that of the next record. */
export type Offsets = Readonly<Record<string, number>>

/**
 * `at`: everything up to this pipeline time has been handled. `written`: whoever has read these places up to these
 * offsets has all that the writer said up to `at`. `handled`: by place and writer, where it goes on reading. `shape`: that of the
 * cells which lie in its changelog.
 */
export interface Progress {
  readonly at: number
  readonly written: Offsets
  readonly handled: Readonly<Record<string, Offsets>>
  readonly shape?: string
}
export const NO_PROGRESS: Progress = { at: 0, written: {}, handled: {} }

export const placeOf = (topic: string, partition: number): string => `${topic}/${partition}`

export const encodeProgress = (progress: Progress): Buffer => Buffer.from(JSON.stringify(progress))
export const decodeProgress = (bytes: Buffer): Progress =>
  JSON.parse(bytes.toString('utf8')) as Progress
