/** Runs the alert rules over recorded CI, in memory, and keeps what they would have said. */

import type { AlertSettings, Incident } from '../../schemas/events.ts'
import type { Models, Processor } from '../../processors/processor.ts'
import { TOPOLOGY } from '../../processors/topology.ts'
import { openArchive } from '../../producers/archive/archive.ts'
import { EmbeddedRuntime } from '../../runtime/embedded/runtime.ts'
import type { ArchiveSummary } from '../../producers/archive/report.ts'
import type { TopicName } from '../../schemas/topics.ts'
import { replayArchive } from '../feed.ts'

export interface Told {
  readonly incidents: readonly Incident[]
  /** First and last instant heard, in milliseconds. */
  readonly from: number
  readonly to: number
  readonly summary: ArchiveSummary
}

/** The processors from whose outputs a topic can be reached, in their order: it holds the same without all others. */
export const leadingTo = (topic: TopicName, all: readonly Processor[]): readonly Processor[] => {
  const needed = new Set<TopicName>([topic])
  const isNeeded = ({ outputs }: Processor): boolean => outputs.some((each) => needed.has(each))
  for (let before = 0; before !== needed.size;) {
    before = needed.size
    for (const { inputs, broadcasts = [] } of all.filter(isNeeded))
      for (const each of [...inputs, ...broadcasts]) needed.add(each)
  }
  return all.filter(isNeeded)
}

export const tellOver = async (
  folders: readonly string[],
  settings: AlertSettings | null,
  models: Models,
  signal: AbortSignal,
): Promise<Told> => {
  const archive = openArchive(folders)
  const runtime = new EmbeddedRuntime(
    ':memory:',
    leadingTo('ci.incidents.v1', TOPOLOGY),
    undefined,
    models,
  )
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
