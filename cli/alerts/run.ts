/** Runs the alert rules over recorded CI, in memory, and keeps what they would have said. */

import type { AlertSettings, Incident } from '../../schemas/events.ts'
import type { Models } from '../../processors/processor.ts'
import { TOPOLOGY } from '../../processors/topology.ts'
import { openArchive } from '../../producers/archive/archive.ts'
import { EmbeddedRuntime } from '../../runtime/embedded/runtime.ts'
import type { ArchiveSummary } from '../../producers/archive/report.ts'
import { replayArchive } from '../feed.ts'

export interface Told {
  readonly incidents: readonly Incident[]
  /** First and last instant heard, in milliseconds. */
  readonly from: number
  readonly to: number
  readonly summary: ArchiveSummary
}

export const tellOver = async (
  folders: readonly string[],
  settings: AlertSettings | null,
  models: Models,
  signal: AbortSignal,
): Promise<Told> => {
  const archive = openArchive(folders)
  const runtime = new EmbeddedRuntime(':memory:', TOPOLOGY, undefined, models)
  const incidents: Incident[] = []
  let [from, to] = [Infinity, 0]
  try {
    // Before anything else, so that it is in force from the first hour on.
    if (settings !== null)
      runtime.commit([{ topic: 'ci.alert-settings.v1', record: settings }], settings.observedAt)
    runtime.onCommit((published) => {
      for (const { topic, record, at } of published) {
        if (topic === 'ci.run-events.v1' || topic === 'ci.pull-events.v1') {
          from = Math.min(from, at)
          to = Math.max(to, at)
        }
        if (topic === 'ci.incidents.v1' && record !== null) incidents.push(record as Incident)
      }
    })
    await replayArchive(runtime, archive, signal)
  } finally {
    runtime.close()
  }
  return { incidents, from, to, summary: archive.summary() }
}
