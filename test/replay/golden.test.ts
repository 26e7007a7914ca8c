/**
 * Nothing moves unnoticed: what a generated archive comes to, topic by topic, stands in a file. A change that is meant
 * renews it with `npx vitest run test/replay/golden.test.ts -u`; the diff is what a reviewer reads.
 */

import { createHash } from 'node:crypto'
import { expect, it } from 'vitest'
import type { RecordOf, TopicName } from '../../schemas/topics.ts'
import { generatedArchive, writeArchive } from '../support/generated-archive.ts'
import { offersOf, recordOf, replayed, type TopicLines } from '../support/replays.ts'
import { temporaryFolder } from '../support/temporary.ts'

const hashOf = (lines: readonly string[]): string =>
  createHash('sha256').update(lines.join('\n')).digest('hex').slice(0, 16)

const rounded = (value: number | null): string => (value === null ? 'unknown' : value.toFixed(4))

/** One line per record that people read, for what a hash cannot show. */
const WORDS: { readonly [T in TopicName]?: (record: RecordOf<T>) => string } = {
  'ci.runs.v1': ({ job, runId, change, outcome }) => `${job} ${runId} ${change} ${outcome ?? '-'}`,
  'ci.forecasts.v1': ({ job, runId, elapsedSeconds, pFail, remainingSeconds, pool }) =>
    `${job} ${runId} at ${elapsedSeconds} s: ${rounded(pFail)}, ${rounded(remainingSeconds)} s to go, by ${pool}`,
  'ci.decisions.v1': ({ job, runId, elapsedSeconds, level, reason }) =>
    `${job} ${runId} at ${elapsedSeconds} s: ${level}, ${reason}`,
  'ci.incidents.v1': ({ state, title }) => `${state}: ${title}`,
  'ci.kpis.v1': ({ subject, window, values }) => {
    const { kpi = '', value = null, n = 0 } = values[0] ?? {}
    return `${subject} ${window}: ${kpi} ${rounded(value)} of ${n}`
  },
}
/** Of many records these are enough to see what moved. */
const SHOWN = 6

const pageOf = (topics: TopicLines): string =>
  (Object.entries(topics) as [TopicName, string[]][])
    .flatMap(([topic, lines]) => {
      const words = WORDS[topic] as ((record: unknown) => string) | undefined
      const step = Math.max(1, Math.floor(lines.length / SHOWN))
      const shown = lines.filter((_, i) => i % step === step - 1).slice(0, SHOWN)
      const said = words === undefined ? [] : shown.map((line) => recordOf(topic, line))
      return [
        `${topic}: ${lines.length} records, ${hashOf(lines)}`,
        ...said.flatMap((record) => (record === null ? [] : [`  ${words?.(record) ?? ''}`])),
      ]
    })
    .join('\n')

it('says of the generated archive what it said before', async () => {
  const folder = writeArchive(temporaryFolder(), generatedArchive(1_500))
  const { runtime, topics } = replayed(await offersOf(folder))
  runtime.close()
  await expect(`${pageOf(topics)}\n`).toMatchFileSnapshot('../golden/replay.txt')
})
