/** Nothing is said from what came later: the future may be anything, and what was forecast before it is the same. */

import { describe, expect, it } from 'vitest'
import type { EmbeddedRuntime } from '../../runtime/embedded/runtime.ts'
import type { Offer } from '../../runtime/ports.ts'
import { TOPIC_NAMES, type TopicName } from '../../schemas/topics.ts'
import { COMMUNITY_HOURS, communityOffers, SILENT_TOPICS } from '../support/community.ts'
import { DAY, HOUR, MINUTE, MONDAY } from '../support/facts.ts'
import {
  chanceOf,
  generatedArchive,
  writeArchive,
  type ArchiveRow,
  type ArchiveRows,
} from '../support/generated-archive.ts'
import {
  firstDifference,
  offersOf,
  replayed,
  timeOf,
  type Replay,
  type TopicLines,
} from '../support/replays.ts'
import { temporaryFolder } from '../support/temporary.ts'

const replay = async (rows: ArchiveRows): Promise<Replay> =>
  replayed(await offersOf(writeArchive(temporaryFolder(), rows)))
const at = (row: ArchiveRow, column: string): number => Date.parse(row[column] ?? '')
const iso = (instant: number): string => new Date(instant).toISOString()

/** What lies after `instant` otherwise: other ends, longer runs, other columns, in another order. */
const otherFuture = (rows: ArchiveRows, instant: number): ArchiveRows => {
  const later = (row: ArchiveRow): boolean => at(row, 'finished_at') > instant
  const runs = rows.runs
    .filter((row) => at(row, 'queued_at') <= instant || Number(row['run_id']) % 3 > 0)
    .map((row) =>
      later(row)
        ? {
            ...row,
            started_at:
              at(row, 'started_at') > instant
                ? iso(at(row, 'started_at') + MINUTE)
                : (row['started_at'] ?? ''),
            finished_at: iso(at(row, 'finished_at') + 3 * HOUR),
            conclusion: row['conclusion'] === 'success' ? 'failure' : 'success',
            log_bytes: '1',
            category: 'other',
          }
        : row,
    )
  const known = (row: ArchiveRow): boolean => !later(row)
  return {
    runs: [...runs].reverse(),
    // A step that began before the instant began in either future.
    steps: rows.steps.map((row) =>
      known(row)
        ? row
        : at(row, 'started_at') > instant
          ? {
              ...row,
              step: 'other',
              started_at: iso(at(row, 'started_at') + MINUTE),
              finished_at: iso(at(row, 'finished_at') + HOUR),
            }
          : { ...row, finished_at: iso(at(row, 'finished_at') + HOUR), conclusion: 'failure' },
    ),
    tests: rows.tests.filter(known),
  }
}

/** What had been said by an instant. */
const until = ({ topics }: Replay, instant: number): TopicLines =>
  Object.fromEntries(
    Object.entries(topics).map(([topic, lines]) => [
      topic,
      lines.filter((line) => timeOf(line) <= instant),
    ]),
  ) as TopicLines

describe('a forecast', () => {
  it('uses no record from its future, nor does anything else that is said', async () => {
    const rows = generatedArchive(900)
    const instant = MONDAY + 1.5 * DAY + 7 * MINUTE
    const [past, changed] = [await replay(rows), await replay(otherFuture(rows, instant))]
    const [a, b] = [until(past, instant), until(changed, instant)]
    expect(a['ci.forecasts.v1'].length).toBeGreaterThan(1_000)
    expect(a['ci.kpi-history.v1'].length).toBeGreaterThan(100)
    expect(firstDifference(a, b)).toBeNull()
    expect(firstDifference(past.topics, changed.topics)).not.toBeNull()
    past.runtime.close()
    changed.runtime.close()
  })

  it('and what any processor says of a community uses none: it may be another one from then on', () => {
    const instant = MONDAY + COMMUNITY_HOURS * HOUR + 7 * MINUTE
    const isPast = ({ record }: Offer): boolean => record.observedAt <= instant
    const [one, other] = [1, 2].map((seed) => communityOffers(COMMUNITY_HOURS + 2, seed))
    const changed = [
      ...(one ?? []).filter(isPast),
      ...(other ?? []).filter((offer) => !isPast(offer)),
    ]
    const [past, future] = [replayed(one ?? []), replayed(changed)]
    const [a, b] = [until(past, instant), until(future, instant)]
    expect(TOPIC_NAMES.filter((topic) => a[topic].length === 0)).toEqual(SILENT_TOPICS)
    expect(firstDifference(a, b)).toBeNull()
    const isSame = (topic: TopicName): boolean =>
      String(past.topics[topic]) === String(future.topics[topic])
    // Both communities are told the same settings, and their sources are heard alike.
    const heardAlike = ['ci.alert-settings.v1', 'ci.source-states.v1']
    expect(TOPIC_NAMES.filter(isSame)).toEqual([...heardAlike, ...SILENT_TOPICS])
    past.runtime.close()
    future.runtime.close()
  })

  it('is the same whatever the columns say that only the end tells', async () => {
    const rows = generatedArchive(600)
    const chance = chanceOf(3)
    const shuffled = [...rows.runs]
      .map((row) => ({ row, order: chance() }))
      .sort((x, y) => x.order - y.order)
      .map(({ row }) => row)
    const runs = rows.runs.map((row, i) => ({
      ...row,
      log_bytes: shuffled[i]?.['log_bytes'] ?? '',
      category: shuffled[i]?.['category'] ?? '',
    }))
    const [plain, other] = [await replay(rows), await replay({ ...rows, runs })]
    const topics: readonly TopicName[] = ['ci.forecasts.v1', 'ci.decisions.v1', 'ci.scores.v1']
    for (const topic of topics) {
      const [a, b] = [plain.topics[topic], other.topics[topic]]
      expect(a.length).toBeGreaterThan(0)
      expect(b).toEqual(a)
    }
    expect(other.topics['ci.runs.v1']).not.toEqual(plain.topics['ci.runs.v1'])
    plain.runtime.close()
    other.runtime.close()
  })
})

describe('outcomes drawn by lot', () => {
  /** The rule's squared errors beside those of the best constant, which no forecast of a lottery can beat but by luck. */
  const skillOf = (runtime: EmbeddedRuntime) => {
    const scores = [...runtime.log.read('ci.scores.v1')].flatMap(({ record }) =>
      record?.failed == null ? [] : [record],
    )
    const rate = scores.filter(({ failed }) => failed).length / scores.length
    const gains = scores.flatMap(({ failed, checkpoints }) => {
      const actual = failed === true ? 1 : 0
      const gain = checkpoints.map(({ pFail }) => (rate - actual) ** 2 - (pFail - actual) ** 2)
      return gain.length === 0 ? [] : [gain.reduce((sum, each) => sum + each, 0) / gain.length]
    })
    const mean = gains.reduce((sum, gain) => sum + gain, 0) / gains.length
    const variance = gains.reduce((sum, gain) => sum + (gain - mean) ** 2, 0) / (gains.length - 1)
    return { n: gains.length, mean, error: Math.sqrt(variance / gains.length) }
  }

  it('give no skill and no stop', async () => {
    const rows = generatedArchive(1_200, 5)
    const chance = chanceOf(11)
    const runs = rows.runs.map((row) => ({
      ...row,
      conclusion: chance() < 0.3 ? 'failure' : 'success',
      finished_at: iso(at(row, 'started_at') + Math.round((600 + 3_000 * chance()) * 1000)),
    }))
    const { runtime } = await replay({ runs, steps: [], tests: [] })
    const { n, mean, error } = skillOf(runtime)
    expect(n).toBeGreaterThan(1_000)
    expect(mean).toBeLessThan(1.96 * error)
    const stops = [...runtime.log.read('ci.decisions.v1')].filter(
      ({ record }) => record?.level === 'stop',
    )
    expect(stops).toEqual([])
    runtime.close()
  })
})
