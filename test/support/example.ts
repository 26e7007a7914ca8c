/** The example of the README: one run of docs/example followed through the topics, as `stopline tail` would tell it. */

import { TOPOLOGY } from '../../processors/topology.ts'
import { openArchive } from '../../producers/archive/archive.ts'
import { EmbeddedRuntime } from '../../runtime/embedded/runtime.ts'
import type { LogRecord } from '../../runtime/ports.ts'
import type { TopicName } from '../../schemas/topics.ts'

const RUN = '1024'
/** What a reader looks at first; the rest of each record is left out. */
const FIELDS: Partial<Record<TopicName, readonly string[]>> = {
  'ci.run-events.v1': ['kind', 'outcome'],
  'ci.runs.v1': ['change', 'phase', 'outcome'],
  'ci.forecasts.v1': [
    'elapsedSeconds',
    'pFail',
    'pFailLow',
    'pFailHigh',
    'remainingSeconds',
    'cause',
  ],
  'ci.decisions.v1': ['elapsedSeconds', 'level', 'expectedSavedSeconds', 'reason'],
  'ci.incidents.v1': ['state', 'title', 'verdict'],
  'ci.scores.v1': ['failed', 'durationSeconds'],
}

const rounded = (_name: string, value: unknown): unknown =>
  typeof value === 'number' ? Number(value.toPrecision(4)) : value
const lineOf = ({ topic, at, record }: LogRecord): string => {
  const told = (FIELDS[topic] ?? []).map((field) => [field, (record as never)[field]] as const)
  const time = new Date(at).toISOString().slice(11, 19)
  return `${time} ${topic.padEnd(17)} ${JSON.stringify(Object.fromEntries(told), rounded)}`
}

/** One line a record of the run, in order of time. */
export const exampleLines = async (): Promise<string[]> => {
  const runtime = new EmbeddedRuntime(':memory:', TOPOLOGY)
  const heard: LogRecord[] = []
  runtime.onCommit((published) => {
    heard.push(...published)
  })
  for await (const { offers } of openArchive(['docs/example']).batches(
    0,
    AbortSignal.timeout(60_000),
  ))
    runtime.commit(offers, offers.at(-1)?.record.observedAt ?? 0)
  runtime.close()
  return heard
    .filter(
      ({ topic, record }) =>
        topic in FIELDS && (record as { runId?: string } | null)?.runId === RUN,
    )
    .sort((a, b) => a.at - b.at)
    .map(lineOf)
}
