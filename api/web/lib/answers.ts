/** What the API answers beyond the records themselves. Times are epoch milliseconds. */

import type {
  ClusterState,
  Decision,
  Forecast,
  JobProfile,
  Kpi,
  KpiValue,
  Outcome,
  Run,
  RuleMeasure,
  Score,
  TestState,
} from '../../../schemas/events.ts'
import type { Interval, Ratio } from '../../../schemas/measures.ts'
import type { JobDrift } from '../../drift.ts'
import type { RunRisk } from '../../risk.ts'
import type { JobRow } from '../../../schemas/views.ts'

/** A job with its profile, null until a run of it has ended. */
export interface JobAnswer {
  readonly job: JobRow
  readonly profile: JobProfile | null
}

/** A run with what was said of it. */
export interface RunAnswer {
  readonly run: Run
  readonly forecast: Forecast | null
  readonly decision: Decision | null
  readonly score: Score | null
}

/** What was scored. */
interface Scored {
  readonly dimension: string
  readonly subject: string
  readonly passing: number
  readonly failing: number
  readonly censored: number
}

/** One rule with what is derived from its totals. */
export interface RuleSavings extends RuleMeasure {
  readonly netSeconds: number
  readonly strictNetSeconds: number
  readonly precision: Ratio
  readonly falseStopRate: Ratio
  readonly recall: number | null
  readonly lift: number | null
}
export interface Savings extends Scored {
  readonly passingSeconds: number
  readonly failedSeconds: number
  readonly rules: readonly RuleSavings[]
}

interface Bin extends Interval {
  readonly n: number
  readonly forecast: number
  readonly failed: number
  readonly observed: number
}
export interface CheckpointAnswer {
  readonly at: number
  readonly n: number
  readonly brier: number | null
  readonly baseBrier: number | null
  readonly brierSkill: number | null
  readonly logLoss: number | null
  readonly auc: number | null
  readonly ece: number | null
  readonly calibratedEce: Interval | null
  readonly bins: readonly Bin[]
}
export interface Calibration extends Scored {
  readonly checkpoints: readonly CheckpointAnswer[]
  readonly remaining: {
    readonly n: number
    readonly errorSeconds: number | null
    readonly jenkinsErrorSeconds: number | null
    readonly coverage: Ratio
  }
}

/** How the pipeline itself is doing. */
export interface Pipeline {
  readonly isReady: boolean
  readonly storeBytes: number
  /** Null where it cannot be asked. */
  readonly deadLetters: number | null
  /** Ends and rates of topics count marks of commits beside records. */
  readonly hasCommitMarks: boolean
  readonly sources: readonly {
    readonly name: string
    readonly state: 'running' | 'ended' | 'failed'
    readonly isSimulated: boolean
    readonly cursor: number
    readonly detail: string | null
  }[]
  readonly stages: readonly {
    readonly name: string
    readonly inputs: readonly string[]
    readonly outputs: readonly string[]
    readonly perSecond: number
  }[]
  readonly topics: readonly {
    readonly topic: string
    readonly endOffset: number
    readonly perSecond: number
  }[]
}

/** A cluster, or group of runners: what runs and waits there, its troubles, and how its runs end. */
export interface ClusterAnswer {
  readonly source: string
  readonly cluster: string | null
  readonly running: number
  readonly queued: number
  readonly starved: number
  readonly oldestQueuedAt: number | null
  readonly states: readonly ClusterState[]
  readonly day: Kpi | null
  readonly week: Kpi | null
  readonly peers: Kpi | null
}

/** A step of a run with its times. */
export interface StepAnswer {
  readonly step: string
  readonly outcome: Outcome | null
  readonly startedAt: number | null
  readonly finishedAt: number | null
  readonly seconds: number | null
}

/** Something that a search found, with the parts of its page's address. */
export interface FoundAnswer {
  readonly kind: 'job' | 'run' | 'test' | 'pull' | 'incident' | 'subject'
  readonly title: string
  readonly under: string
  readonly parts: readonly string[]
}

/** Two records of KPIs beside each other. */
export interface CompareAnswer {
  readonly base: Kpi
  readonly sample: Kpi
  readonly rows: readonly {
    readonly kpi: string
    readonly base: KpiValue | null
    readonly sample: KpiValue | null
    readonly difference: number | null
    readonly low: number | null
    readonly high: number | null
    readonly isApart: boolean | null
  }[]
}

/** A test in its jobs, and its weeks by variant. */
export interface TestAnswer {
  readonly test: string
  readonly variants: readonly {
    readonly variant: string | null
    readonly jobs: number
    readonly passed: number
    readonly failed: number
    readonly flaky: number
  }[]
  readonly jobs: readonly { readonly variant: string | null; readonly state: TestState }[]
}
/** risk is null where the grid of tests does not hold the run. */
export interface RiskAnswer {
  readonly risk: RunRisk | null
}
export type JobDriftAnswer = JobDrift

/** A model with its versions. */
export interface ModelAnswer {
  readonly name: string
  readonly doc: string
  readonly inService: string | null
  readonly problem: string | null
  readonly versions: readonly string[]
}
export interface ModelVersionAnswer {
  readonly features: readonly { readonly name: string; readonly doc: string }[]
  readonly card: string | null
}
