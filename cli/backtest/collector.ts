/** Keeps of each scored run what the measures need, and no more: some 600 bytes a run. */

import type { Decision, JobProfile, JobRef, Level, Score } from '../../schemas/events.ts'
import { jobKey, runKey } from '../../schemas/keys.ts'

/** Where and at what price a rule first stopped a run. */
interface Stop {
  readonly rule: number
  readonly stopSeconds: number
  readonly savedSeconds: number
  readonly burntSeconds: number
}
/** One finished run. `job`, `unit`, `group` and `rule` are indices. */
export interface ScoredRun {
  readonly key: string
  readonly job: number
  /** What is resampled: the runs of one group, else of one day. */
  readonly unit: number
  readonly group: number | null
  readonly failed: boolean | null
  readonly durationSeconds: number | null
  readonly startMs: number | null
  /** When its end was heard. */
  readonly heardMs: number
  /** No passing duration was known, of the job or of its pool: a forecast at the start only. */
  readonly isCold: boolean
  readonly stops: readonly Stop[]
  /** Checkpoints one after the other, FIELDS numbers each; NaN for null. */
  readonly checkpoints: Float64Array
}
/** Names of the numbers of a checkpoint, in their order in {@link ScoredRun.checkpoints}. */
export const FIELDS = [
  'at',
  'pFail',
  'base',
  'remaining',
  'remainingLow',
  'remainingHigh',
  'jenkins',
  'actual',
] as const

export interface Collected {
  readonly rules: readonly string[]
  readonly jobs: readonly JobRef[]
  readonly runs: readonly ScoredRun[]
  readonly levels: Readonly<Partial<Record<Level, number>>>
  /** How often our rule abstained, by reason with its numbers masked. */
  readonly abstentions: Readonly<Record<string, number>>
  /** The newest profile of each job, by job key. */
  readonly profiles: ReadonlyMap<string, JobProfile>
}
export interface Collector {
  score(score: Score): void
  decision(decision: Decision): void
  profile(profile: JobProfile): void
  collected(): Collected
}

/** More reasons than this are counted together. */
const MAX_REASONS = 50

/** Indices in order of first sight. */
const createIndex = (): { of(name: string): number; names(): string[] } => {
  const places = new Map<string, number>()
  return {
    of(name) {
      const place = places.get(name) ?? places.size
      places.set(name, place)
      return place
    },
    names: () => [...places.keys()],
  }
}

/** Collects the records of one back-test. A later score of the same run replaces the earlier one. */
export const createCollector = (): Collector => {
  const [rules, jobs, units, groups] = [createIndex(), createIndex(), createIndex(), createIndex()]
  const refs: JobRef[] = []
  const runs = new Map<string, ScoredRun>()
  const levels: Partial<Record<Level, number>> = {}
  const abstentions: Record<string, number> = {}
  const profiles = new Map<string, JobProfile>()
  return {
    score(score) {
      const job = jobs.of(jobKey(score))
      refs[job] ??= { source: score.source, repo: score.repo, job: score.job }
      const group = score.group === null ? null : groupName(score, score.group)
      const name = runKey(score)
      runs.set(name, {
        key: name,
        job,
        unit: units.of(group ?? dayName(score)),
        group: group === null ? null : groups.of(group),
        failed: score.failed,
        durationSeconds: score.durationSeconds,
        startMs: score.startedAt,
        heardMs: score.observedAt,
        isCold: isCold(score),
        stops: stopsOf(score, (rule) => rules.of(rule)),
        checkpoints: packed(score),
      })
    },
    decision({ level, reason }) {
      levels[level] = (levels[level] ?? 0) + 1
      if (level !== 'abstain') return
      const kind = reason.replace(/\d+(\.\d+)?/g, '#')
      const isKept = kind in abstentions || Object.keys(abstentions).length < MAX_REASONS
      const name = isKept ? kind : 'other'
      abstentions[name] = (abstentions[name] ?? 0) + 1
    },
    profile(profile) {
      profiles.set(jobKey(profile), profile)
    },
    collected: () => ({
      rules: rules.names(),
      jobs: refs,
      runs: [...runs.values()],
      levels,
      abstentions,
      profiles,
    }),
  }
}

/** A group's id is its own only inside its repository. */
const groupName = (score: Score, group: string): string => `${score.source} ${score.repo} ${group}`
const dayName = (score: Score): string =>
  `day ${Math.floor((score.startedAt ?? score.eventAt) / 86_400_000)}`

/** A run with a median passing duration has later checkpoints, or ended before the first: then it knows a time at the start. */
const isCold = ({ checkpoints }: Score): boolean => {
  const [first, second] = checkpoints
  return second === undefined && first?.remaining === null && first.jenkins === null
}

const stopsOf = (score: Score, ruleOf: (name: string) => number): Stop[] =>
  score.rules.flatMap(({ rule, stopSeconds, savedSeconds, burntSeconds }) => {
    const place = ruleOf(rule)
    return stopSeconds === null ? [] : [{ rule: place, stopSeconds, savedSeconds, burntSeconds }]
  })

const packed = ({ checkpoints }: Score): Float64Array =>
  Float64Array.from(
    checkpoints.flatMap((checkpoint) => FIELDS.map((field) => checkpoint[field] ?? NaN)),
  )
