/** Keeps of each scored run what the measures need, and no more: some 600 bytes a run. */

import type {
  ChangeDecision,
  Decision,
  JobProfile,
  JobRef,
  Level,
  Score,
} from '../../schemas/events.ts'
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
  /** What the belief rested on when our rule first stopped it. */
  readonly ground: string | null
  /** Checkpoints one after the other, FIELDS numbers each; NaN for null. */
  readonly checkpoints: Float64Array
}
/** What was said of a change as a whole, at one instant. Times in seconds, NaN for null. */
export interface SaidOfChange {
  readonly atMs: number
  /** True where its running runs were not worth what they cost. */
  readonly isAgainst: boolean
  /** True where a failure had gone away, or had not come yet. */
  readonly isSound: boolean
  readonly costSeconds: number
  readonly remaining: number
  readonly low: number
  readonly high: number
  readonly jenkins: number
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
  /** What was said of each change, by group, in order of time. */
  readonly changes: ReadonlyMap<number, readonly SaidOfChange[]>
}
export interface Collector {
  score(score: Score): void
  decision(decision: Decision): void
  change(decision: ChangeDecision): void
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
  const changes = new Map<number, SaidOfChange[]>()
  /** Grounds of first stops, until the run is scored. */
  const grounds = new Map<string, string | null>()
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
        ground: grounds.get(name) ?? runs.get(name)?.ground ?? null,
        checkpoints: packed(score),
      })
      grounds.delete(name)
    },
    decision(decision) {
      const { level, reason } = decision
      levels[level] = (levels[level] ?? 0) + 1
      if (level === 'stop' && !grounds.has(runKey(decision)))
        grounds.set(runKey(decision), decision.ground)
      if (level !== 'abstain') return
      const kind = reason.replace(/\d+(\.\d+)?/g, '#')
      const isKept = kind in abstentions || Object.keys(abstentions).length < MAX_REASONS
      const name = isKept ? kind : 'other'
      abstentions[name] = (abstentions[name] ?? 0) + 1
    },
    change(decision) {
      const group = groups.of(groupName(decision, decision.group))
      const said = changes.get(group)
      if (said === undefined) changes.set(group, [saidOf(decision)])
      else said.push(saidOf(decision))
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
      changes,
    }),
  }
}

/** A group's id is its own only inside its repository. */
const groupName = ({ source, repo }: Pick<Score, 'source' | 'repo'>, group: string): string =>
  `${source} ${repo} ${group}`
const dayName = (score: Score): string =>
  `day ${Math.floor((score.startedAt ?? score.eventAt) / 86_400_000)}`

/** A run with a median passing duration has later checkpoints, or ended before the first: then it knows a time at the start. */
const isCold = ({ checkpoints }: Score): boolean => {
  const [first, second] = checkpoints
  return second === undefined && first?.remaining === null && first.jenkins === null
}

const saidOf = (decision: ChangeDecision): SaidOfChange => ({
  atMs: decision.observedAt,
  isAgainst: decision.level === 'advise' || decision.level === 'stop',
  isSound: decision.failedJob === null,
  costSeconds: decision.costSeconds,
  remaining: decision.remainingSeconds ?? NaN,
  low: decision.remainingLow ?? NaN,
  high: decision.remainingHigh ?? NaN,
  jenkins: decision.jenkinsRemaining ?? NaN,
})

const stopsOf = (score: Score, ruleOf: (name: string) => number): Stop[] =>
  score.rules.flatMap(({ rule, stopSeconds, savedSeconds, burntSeconds }) => {
    const place = ruleOf(rule)
    return stopSeconds === null ? [] : [{ rule: place, stopSeconds, savedSeconds, burntSeconds }]
  })

const packed = ({ checkpoints }: Score): Float64Array =>
  Float64Array.from(
    checkpoints.flatMap((checkpoint) => FIELDS.map((field) => checkpoint[field] ?? NaN)),
  )
