/** What the API answers beyond the records themselves. Times are epoch milliseconds. */

import type {
  Decision,
  Forecast,
  JobProfile,
  Run,
  RuleMeasure,
  Score,
} from '../../../schemas/events.ts'
import type { Interval, Ratio } from '../../../schemas/measures.ts'
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
  readonly deadLetters: number
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
