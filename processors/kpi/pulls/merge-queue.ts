/**
 * merge_queue_depth: pulls in the merge queue. Unit: pulls. Window: now.
 * merge_queue_mean: their number on average over time. Unit: pulls. Windows: 7 d, 30 d.
 * time_in_merge_queue: from the last entry to the merge, on average. Unit: seconds. Windows: 7 d, 30 d, by the merge.
 * A pull is in the queue while it bears lgtm and approved and nothing that holds it (Prow), or is set to merge by itself (GitHub).
 * Assumes that labels are told as they change. Null where no pull was in the queue in 30 days. Source: Prow tide; kubevirt/ci-health.
 * Example: one pull in the queue for the last 2 of 7 d, merged at the end of the window: 0, .2857 and 172,800 s.
 */

import { meanOf, NOTHING, plain } from '../row.ts'
import { sumOf, NOW, WINDOWED, type PullKpiRow } from './row.ts'

export const mergeQueueDepth: PullKpiRow = {
  name: 'merge_queue_depth',
  unit: 'pulls',
  windows: NOW,
  doc: 'pulls that could merge and wait',
  source: 'Prow tide',
  value: ({ queued, heard }) => (heard.queue ? plain(queued, queued) : NOTHING),
}

export const mergeQueueMean: PullKpiRow = {
  name: 'merge_queue_mean',
  unit: 'pulls',
  windows: WINDOWED,
  doc: 'pulls in the merge queue, averaged over the time of the window',
  source: 'kubevirt/ci-health',
  value: (reading) => {
    const { asOf, windowMs, queued, heard } = reading
    if (!heard.queue) return NOTHING
    const change = sumOf(reading, 'queue/change')
    const since = (asOf - windowMs) / 1000
    const seconds = (queued * windowMs) / 1000 - (sumOf(reading, 'queue/changeAt') - since * change)
    return queued === 0 && seconds === 0 ? plain(0, 0) : plain((seconds * 1000) / windowMs, queued)
  },
}

export const timeInMergeQueue: PullKpiRow = {
  name: 'time_in_merge_queue',
  unit: 'seconds',
  windows: WINDOWED,
  doc: 'seconds from the last entry into the merge queue to the merge / pulls merged from it',
  source: 'Prow tide',
  value: (reading) =>
    meanOf(
      sumOf(reading, 'queue/seconds'),
      sumOf(reading, 'queue/seconds2'),
      sumOf(reading, 'queue/n'),
    ),
}
