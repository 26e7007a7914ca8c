/** TypeScript types of the records. `test/unit/events.test.ts` proves them equal to the .avsc files. */

export type Outcome =
  'unknown' | 'success' | 'failure' | 'error' | 'timedOut' | 'aborted' | 'skipped'
export type RunEventKind =
  | 'unknown'
  | 'queued'
  | 'started'
  | 'stepStarted'
  | 'stepFinished'
  | 'testsReported'
  | 'logProgress'
  | 'finished'
export type Level = 'abstain' | 'continue' | 'watch' | 'advise' | 'stop'

/** What every record carries. Times are milliseconds since the epoch, UTC. */
export interface Stamped {
  eventId: string
  eventAt: number
  observedAt: number
}
export interface RunRef {
  source: string
  repo: string
  job: string
  runId: string
  attempt: number
}

export interface RunEvent extends Stamped, RunRef {
  kind: RunEventKind
  outcome: Outcome | null
  rawOutcome: string | null
  startedAt: number | null
  step: string | null
  passed: number | null
  failed: number | null
  failedTests: string[]
  logBytes: number | null
  group: string | null
  branch: string | null
  sha: string | null
  pull: number | null
  trigger: string | null
  labels: Record<string, string>
}

/** How a run ended, as told at some instant. */
export interface RunEnd {
  outcome: Outcome
  durationSeconds: number | null
  finishedAt: number
}
export interface Run extends Stamped, RunRef {
  change: 'unknown' | 'queued' | 'started' | 'progress' | 'finished' | 'corrected'
  phase: 'queued' | 'running' | 'finished'
  queuedAt: number | null
  startedAt: number | null
  finishedAt: number | null
  outcome: Outcome | null
  rawOutcome: string | null
  before: RunEnd | null
  steps: number
  failedSteps: string[]
  step: string | null
  stepOutcome: Outcome | null
  failedTests: number
  logBytes: number | null
  group: string | null
  branch: string | null
  sha: string | null
  pull: number | null
  trigger: string | null
  labels: Record<string, string>
}

export interface TestResult extends Stamped, RunRef {
  test: string
  status: 'unknown' | 'passed' | 'failed' | 'error' | 'skipped' | 'flaky'
  rawStatus: string
  durationSeconds: number | null
  message: string | null
}

export interface Forecast extends Stamped, RunRef {
  elapsedSeconds: number
  pFail: number
  pFailLow: number
  pFailHigh: number
  curveSeconds: number[]
  curvePFail: number[]
  remainingSeconds: number | null
  remainingLow: number | null
  remainingHigh: number | null
  jenkinsRemaining: number | null
  passes: number
  failures: number
  streak: number
  pool: string
  cause: string
  rule: string
}

export interface Decision extends Stamped, RunRef {
  elapsedSeconds: number
  level: Level
  pFail: number
  pFailLow: number
  expectedSavedSeconds: number
  reason: string
  evidence: Record<string, number>
  rule: string
}

export interface Checkpoint {
  at: number
  pFail: number
  base: number
  remaining: number | null
  remainingLow: number | null
  remainingHigh: number | null
  jenkins: number | null
  actual: number
}
export interface RuleScore {
  rule: string
  stopSeconds: number | null
  savedSeconds: number
  burntSeconds: number
}
export interface Score extends Stamped, RunRef {
  outcome: Outcome
  failed: boolean | null
  durationSeconds: number | null
  startedAt: number | null
  group: string | null
  rules: RuleScore[]
  checkpoints: Checkpoint[]
  rule: string
}

export interface Kpi extends Stamped {
  kpi: string
  subject: string
  window: string
  value: number | null
  numerator: number | null
  denominator: number | null
  low: number | null
  high: number | null
  n: number
  late: number
  simulated: boolean
}

export interface Prior extends Stamped {
  pool: string
  passes: number
  failures: number
  passDurations: Record<string, number>
  failDurations: Record<string, number>
}

export interface PoolOutcome extends Stamped {
  pool: string
  failed: boolean
  durationSeconds: number | null
  source: string
}

export interface Incident extends Stamped, RunRef {
  incident: string
  alert: string
  state: 'unknown' | 'open' | 'update' | 'closed'
  severity: string
  title: string
  pFail: number
  pFailLow: number
  expectedSavedSeconds: number
  verdict: string | null
}

export interface DeadLetter extends Stamped {
  origin: string
  position: string
  reason: string
  detail: string
  step: string
  payload: Buffer
}

/** Record type of each schema. */
export interface Records {
  'run-event': RunEvent
  'test-result': TestResult
  run: Run
  forecast: Forecast
  decision: Decision
  score: Score
  kpi: Kpi
  prior: Prior
  'pool-outcome': PoolOutcome
  incident: Incident
  'dead-letter': DeadLetter
}
