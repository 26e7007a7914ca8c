/**
 * How the topics of our own are compacted. Whoever starts reads them whole, so what was overwritten must go soon: a broker never
 * compacts the segment it writes to, and ends that after a gibibyte or a week if it is not told otherwise.
 */

export type TopicConfig = Readonly<Record<string, string>>

const MIB = 1 << 20
const MINUTE_MS = 60_000
/** A changelog keeps deletions for so long: a state that is younger on disk misses none of them. */
export const DELETIONS_KEPT_MS = 24 * 3_600_000

/** As a topic that is kept by key, whoever reads it. */
export const compactedAt = (minInSync: number): TopicConfig => ({
  'min.insync.replicas': String(minInSync),
  'cleanup.policy': 'compact',
})

/** Compacted once a tenth of what is kept was overwritten; by default half of it may be. */
const eagerly = (minInSync: number, segmentBytes: number, deletionsMs: number): TopicConfig => ({
  ...compactedAt(minInSync),
  'segment.bytes': String(segmentBytes),
  'min.cleanable.dirty.ratio': '0.1',
  'delete.retention.ms': String(deletionsMs),
})

/** Read in a second; with smaller segments large states would be written anew all the time. */
export const changelogConfig = (minInSync: number): TopicConfig =>
  eagerly(minInSync, 64 * MIB, DELETIONS_KEPT_MS)

/**
 * Of progress and cursors. Little is kept and all of it is overwritten several times a second: ten minutes of that are a few megabytes, and busy ones end
 * their segments by size. What ends is compacted into one again, so a partition has a handful of files. Nothing is deleted
 * there, but marks of commits stay as long as deletions would.
 */
export const newestConfig = (minInSync: number): TopicConfig => ({
  ...eagerly(minInSync, 16 * MIB, 10 * MINUTE_MS),
  'segment.ms': String(10 * MINUTE_MS),
})
