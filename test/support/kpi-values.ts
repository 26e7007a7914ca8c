/** What the pipeline says of an archive's KPIs at chosen pane ends, in files that the batch oracle reads. */

import { closeSync, openSync, writeFileSync, writeSync } from 'node:fs'
import type { Processor } from '../../processors/processor.ts'
import { EmbeddedRuntime } from '../../runtime/embedded/runtime.ts'
import type { LogRecord, Offer } from '../../runtime/ports.ts'
import type { Kpi, Score } from '../../schemas/events.ts'
import { key } from '../../schemas/keys.ts'
import { OUR_RULE } from '../../schemas/measures.ts'
import { DAY, HOUR, MINUTE } from './facts.ts'

/** Ends of 5-minute panes over the whole span, and full hours for the windows with panes of an hour. */
export interface PaneEnds {
  readonly hours: readonly number[]
  readonly minutes: readonly number[]
}
export const paneEndsOf = (offers: readonly Offer[], count: number): PaneEnds => {
  const first = offers[0]?.record.observedAt ?? 0
  const last = offers.at(-1)?.record.observedAt ?? 0
  const step = (last - first) / count
  const hours = Array.from(
    { length: count },
    (_, i) => Math.ceil((first + (i + 1) * step) / HOUR) * HOUR,
  )
  return { hours, minutes: hours.map((at, i) => at - (i % 12) * 5 * MINUTE) }
}

const BATCH = 5_000
const commitAll = (runtime: EmbeddedRuntime, offers: readonly Offer[]): void => {
  for (let from = 0; from < offers.length; from += BATCH) {
    const batch = offers.slice(from, from + BATCH)
    runtime.commit(batch, batch.at(-1)?.record.observedAt ?? 0)
  }
  runtime.commit([], runtime.now + DAY)
}

/** Replays the offers and writes `values.jsonl` and `scores.jsonl` into the folder. */
export const writeValues = (
  processors: readonly Processor[],
  offers: readonly Offer[],
  ends: PaneEnds,
  folder: string,
): void => {
  const values = openSync(`${folder}/values.jsonl`, 'w')
  const scores = openSync(`${folder}/scores.jsonl`, 'w')
  const newest = new Map<string, Kpi>()
  const say = (record: Kpi, until: number): void => {
    for (const at of record.window === '24h' ? ends.minutes : ends.hours)
      if (at >= record.eventAt && at < until) writeSync(values, `${lineOf(record, at)}\n`)
  }
  const runtime = new EmbeddedRuntime(':memory:', processors)
  runtime.onCommit((published) => {
    for (const { topic, record } of published)
      if (topic === 'ci.scores.v1') writeSync(scores, `${lineOfScore(record as Score)}\n`)
      else if (isRead(topic, record as Kpi | null)) replace(newest, record as Kpi, say)
  })
  commitAll(runtime, offers)
  for (const record of newest.values()) say(record, Infinity)
  runtime.close()
  closeSync(values)
  closeSync(scores)
}

/** Replays the offers and writes `values.jsonl`: what is told by label, which is told at full hours alone. */
export const writeLabelValues = (
  processors: readonly Processor[],
  offers: readonly Offer[],
  { hours }: PaneEnds,
  folder: string,
): void => {
  const lines: string[] = []
  const newest = new Map<string, Kpi>()
  const say = (record: Kpi, until: number): void => {
    for (const at of hours)
      if (at >= record.eventAt && at < until) lines.push(`${lineOf(record, at)}\n`)
  }
  const runtime = new EmbeddedRuntime(':memory:', processors)
  runtime.onCommit((published) => {
    for (const { topic, key: name, record, at } of published) {
      if (topic !== 'ci.kpis.v1') continue
      const before = newest.get(name)
      // What a label retires from is told within seconds of the full hour as of which it is so.
      if (before !== undefined)
        say(before, (record as Kpi | null)?.eventAt ?? Math.floor(at / HOUR) * HOUR)
      if (record === null) newest.delete(name)
      else newest.set(name, record as Kpi)
    }
  })
  commitAll(runtime, offers)
  for (const record of newest.values()) say(record, Infinity)
  runtime.close()
  writeFileSync(`${folder}/values.jsonl`, lines.join(''))
}

/** What is compared as KPIs of runs; sums by label are compared by themselves. */
const DIMENSIONS = ['job', 'repo', 'community']
/** History tells the windows at their panes' ends; what is true now is in no history. */
const isRead = (topic: LogRecord['topic'], record: Kpi | null): boolean =>
  record !== null &&
  DIMENSIONS.includes(record.dimension) &&
  (topic === 'ci.kpi-history.v1' || (topic === 'ci.kpis.v1' && record.window === 'now'))

/** A record holds at the pane ends from its own instant until the next one's. */
const replace = (
  newest: Map<string, Kpi>,
  record: Kpi,
  say: (record: Kpi, until: number) => void,
): void => {
  const name = key(record.dimension, record.subject, record.window)
  const before = newest.get(name)
  if (before !== undefined) say(before, record.eventAt)
  newest.set(name, record)
}

const lineOf = ({ dimension, subject, window, eventAt, values }: Kpi, at: number): string =>
  JSON.stringify([
    dimension,
    subject,
    window,
    at,
    eventAt,
    Object.fromEntries(
      values.map(({ kpi, value, numerator, denominator, low, high, n }) => [
        kpi,
        [value, numerator, denominator, low, high, n],
      ]),
    ),
  ])

/** What of a score the KPIs read: our own rule, and the forecast at half the median passing duration. */
const lineOfScore = ({
  source,
  repo,
  job,
  failed,
  eventAt,
  observedAt,
  ...more
}: Score): string => {
  const own = more.rules.find(({ rule }) => rule === OUR_RULE)
  const half = more.checkpoints.find(({ at }) => at === 0.5)
  return JSON.stringify({
    source,
    repo,
    job,
    failed,
    eventAt,
    observedAt,
    stop: own?.stopSeconds ?? null,
    saved: own?.savedSeconds ?? 0,
    burnt: own?.burntSeconds ?? 0,
    pFail: half?.pFail ?? null,
    base: half?.base ?? null,
  })
}

/** Records of KPIs that the processors tell of themselves, of each subject and window at most so many, spread over all. */
export const recordsAt = (
  processors: readonly Processor[],
  offers: readonly Offer[],
  most: number,
): Kpi[] => {
  const told = new Map<string, Kpi[]>()
  const runtime = new EmbeddedRuntime(':memory:', processors)
  runtime.onCommit((published) => {
    for (const { topic, key: name, record } of published) {
      if (topic !== 'ci.kpis.v1' || record === null) continue
      const sofar = told.get(name)
      if (sofar === undefined) told.set(name, [record as Kpi])
      else sofar.push(record as Kpi)
    }
  })
  commitAll(runtime, offers)
  runtime.close()
  return [...told.values()].flatMap((all) => {
    const step = Math.max(1, all.length / most)
    return Array.from(
      { length: Math.min(most, all.length) },
      (_, i) => all[Math.floor(i * step)],
    ).filter((kpi) => kpi !== undefined)
  })
}

export const writeLines = (file: string, lines: readonly unknown[]): void => {
  writeFileSync(file, lines.map((line) => `${JSON.stringify(line)}\n`).join(''))
}
