/** TypeScript types of the records. `test/unit/events.test.ts` proves them equal to the .avsc files. */

export type RunEventKind =
  | 'unknown'
  | 'queued'
  | 'started'
  | 'stepStarted'
  | 'stepFinished'
  | 'testsReported'
  | 'logProgress'
  | 'finished'
export type Outcome =
  'unknown' | 'success' | 'failure' | 'error' | 'timedOut' | 'aborted' | 'skipped'
export type TestStatus = 'unknown' | 'passed' | 'failed' | 'error' | 'skipped' | 'flaky'
export type TestKind = 'none' | 'passed' | 'failed' | 'flaky' | 'skipped' | 'quiet'
export type TestChange = 'none' | 'fresh' | 'persistent' | 'fixed'
export type TestWord =
  'unknown' | 'passing' | 'flaky' | 'infraFlake' | 'failing' | 'newFailing' | 'regression' | 'quiet'
export type TabStatus =
  'unknown' | 'broken' | 'stale' | 'failing' | 'pending' | 'flaky' | 'acceptable' | 'passing'
export type PullEventKind =
  | 'unknown'
  | 'opened'
  | 'synchronised'
  | 'reviewed'
  | 'labelled'
  | 'merged'
  | 'closed'
  | 'reopened'
  | 'ready'
  | 'drafted'
  | 'reviewRequested'
  | 'commented'
export type ReviewState = 'unknown' | 'approved' | 'changesRequested' | 'commented' | 'dismissed'
export type IssueEventKind = 'unknown' | 'opened' | 'closed' | 'reopened' | 'labelled' | 'commented'
export type TabCondition =
  'unknown' | 'passing' | 'failing' | 'flaky' | 'stale' | 'broken' | 'pending' | 'acceptable'
export type RunChange = 'unknown' | 'queued' | 'started' | 'progress' | 'finished' | 'corrected'
export type Phase = 'queued' | 'running' | 'finished'
export type SignalKind =
  'unknown' | 'siblings' | 'massFailure' | 'clusterTrouble' | 'stepLate' | 'silent'
export type CheckState = 'unknown' | 'running' | 'endangered' | 'passed' | 'failed' | 'gone'
export type Level = 'abstain' | 'continue' | 'watch' | 'advise' | 'stop'
export type SourceCondition = 'unknown' | 'heard' | 'failing' | 'stale'
export type FailureKindName =
  'unknown' | 'test' | 'build' | 'infrastructure' | 'timeout' | 'cancelled' | 'policy' | 'crash'
export type FailureCause =
  'unknown' | 'capacity' | 'network' | 'image' | 'node' | 'access' | 'install'
export type IncidentState = 'unknown' | 'open' | 'update' | 'closed'
export type SymptomState = 'unknown' | 'raised' | 'cleared'
export type IncidentCommandKind = 'unknown' | 'ack' | 'unack' | 'mute' | 'unmute'
export type ActState = 'unknown' | 'refused' | 'dryRun' | 'intended' | 'done' | 'moot' | 'failed'

/** What every record carries. Times are milliseconds since the epoch, UTC. */
export interface Stamped {
  eventId: string
  eventAt: number
  observedAt: number
}
export interface JobRef {
  source: string
  repo: string
  job: string
}
export interface RunRef extends JobRef {
  runId: string
  attempt: number
}

/** One fact about one attempt of one job run, as heard from a CI source. */
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

/** One test in one run. */
export interface TestResult extends Stamped, RunRef {
  test: string
  status: TestStatus
  rawStatus: string
  durationSeconds: number | null
  message: string | null
}

/** What happened to a pull request, with the sizes known at that time. */
export interface PullEvent extends Stamped {
  source: string
  repo: string
  pull: number
  kind: PullEventKind
  author: string | null
  sha: string | null
  base: string | null
  draft: boolean | null
  additions: number | null
  deletions: number | null
  changedFiles: number | null
  labels: string[]
  actor: string | null
  actorAssociation: string | null
  authorAssociation: string | null
  openedAt: number | null
  review: ReviewState | null
  rawReview: string | null
  title: string | null
  titleWords: number | null
  bodyWords: number | null
  commits: number | null
  comments: number | null
  reviewComments: number | null
  reviewers: string[] | null
  files: string[] | null
  autoMerge: boolean | null
  mergeState: string | null
  command: string | null
}

/** What happened to an issue. */
export interface IssueEvent extends Stamped {
  source: string
  repo: string
  issue: number
  kind: IssueEventKind
  author: string | null
  authorAssociation: string | null
  actor: string | null
  actorAssociation: string | null
  openedAt: number | null
  title: string | null
  titleWords: number | null
  bodyWords: number | null
  comments: number | null
  labels: string[]
  assignees: string[] | null
  milestone: string | null
  reason: string | null
}

export interface TabAlert {
  test: string
  failures: number | null
  failedAt: number | null
  passedAt: number | null
  build: string | null
  message: string | null
}

/** State of a tab of a dashboard, as whoever keeps it judges it; `repo` is the dashboard, `job` the tab. */
export interface TabState extends Stamped, JobRef {
  state: TabCondition
  rawState: string
  detail: string | null
  ranAt: number | null
  latestGreen: string | null
  alertCount: number
  alerts: TabAlert[]
}

export interface Trouble {
  name: string
  severity: string | null
  count: number
}

/** What telemetry says of the place where runs run. */
export interface ClusterState extends Stamped {
  source: string
  place: string
  reporter: string
  weight: number
  troubles: Trouble[]
}

/** How a run ended, as told at some instant. */
export interface RunEnd {
  outcome: Outcome
  durationSeconds: number | null
  finishedAt: number
  queueSeconds: number | null
}

/** State of one attempt of one job run after a fact about it; repeated facts say nothing. */
export interface Run extends Stamped, RunRef {
  change: RunChange
  phase: Phase
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
  stepStartedAt: number | null
  failedTests: number
  logBytes: number | null
  group: string | null
  branch: string | null
  sha: string | null
  pull: number | null
  trigger: string | null
  labels: Record<string, string>
  slicesBefore: Record<string, string> | null
}

/** Start or end of a run of a group, re-keyed by its repository. */
export interface GroupRun extends Stamped, RunRef {
  group: string
  isOver: boolean
  failed: boolean | null
  startedAt: number | null
  durationSeconds: number | null
  policy: string | null
}

/** End of a run of a pull request, re-keyed by its repository. */
export interface PullRun extends Stamped, RunRef {
  pull: number
  sha: string | null
  failed: boolean | null
  aborted: boolean
  startedAt: number | null
  finishedAt: number
  takesBack: boolean
}

/** End of a run with the labels that KPIs are rolled up by, re-keyed by what these are values of. */
export interface SliceEnd extends Stamped {
  scope: string
  slices: Record<string, string>
  outcome: Outcome
  finishedAt: number
  durationSeconds: number | null
  queueSeconds: number | null
  takesBack: boolean
}

/** Start or end of a run, re-keyed by a place where it runs. */
export interface ClusterRun extends Stamped, RunRef {
  place: string
  isOver: boolean
}

/** What a job changes, at a full hour, in the comparison of a cluster with others. */
export interface ClusterShare extends Stamped {
  source: string
  cluster: string
  repo: string
  job: string
  runs: number
  passes: number
  expected: number
  spread: number
}

/** What happened elsewhere that matters to a running run. */
export interface Signal extends Stamped, RunRef {
  kind: SignalKind
  cause: string
  weight: number
}

/** What was forecast for one running run at one instant. */
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

/** A change of the advice for one running run. */
export interface Decision extends Stamped, RunRef {
  elapsedSeconds: number
  level: Level
  pFail: number
  pFailLow: number
  expectedSavedSeconds: number
  reason: string
  ground: string | null
  evidence: Record<string, number>
  rule: string
}

/** How a run of a pull request stands, re-keyed by its repository. */
export interface PullCheck extends Stamped, RunRef {
  pull: number | null
  sha: string | null
  state: CheckState
  pFail: number | null
}

/** What is ahead of a change as a whole, and what its runs are still worth once a required job of it failed. */
export interface ChangeDecision extends Stamped {
  source: string
  repo: string
  group: string
  elapsedSeconds: number
  level: Level
  reason: string
  failedJob: string | null
  running: number
  failures: number
  remainingSeconds: number | null
  remainingLow: number | null
  remainingHigh: number | null
  jenkinsRemaining: number | null
  costSeconds: number
  againSeconds: number
  mendedShare: number
  rule: string
}

export interface RuleScore {
  rule: string
  stopSeconds: number | null
  savedSeconds: number
  burntSeconds: number
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

/** What was forecast and decided for a run, against what happened. */
export interface Score extends Stamped, RunRef {
  outcome: Outcome
  failed: boolean | null
  durationSeconds: number | null
  startedAt: number | null
  group: string | null
  rules: RuleScore[]
  checkpoints: Checkpoint[]
  guard: string | null
  rule: string
  weight: number
}

/** The density baseline of the job. */
export interface DensityFit {
  family: string
  passDensity: number[]
  failDensity: number[]
  stopSeconds: number | null
  compatStopSeconds: number | null
}

/** How long one step or test of a job takes, by outcome. Durations in seconds. */
export interface PartPace {
  kind: 'unknown' | 'step' | 'test' | 'silence'
  name: string
  passes: number
  failures: number
  medianPassSeconds: number | null
  longestPassSeconds: number | null
  doomedSeconds: number | null
  densityFamily: string | null
  densityStopSeconds: number | null
  lastSeconds: number
  lastFailed: boolean
  lastRunId: string
  isPast: boolean
}
/** Steps and tests of a job, those past the point where they still pass first. */
export interface Pace extends Stamped, JobRef {
  known: number
  parts: PartPace[]
}

/** How the runs of a job last and end, as its forecasts see it: survival by outcome and the density baseline. */
export interface JobProfile extends Stamped, JobRef {
  failureRate: number
  streak: number
  recent: boolean[]
  passes: number
  failures: number
  medianPassSeconds: number | null
  seconds: number[]
  passSurvival: number[]
  failSurvival: number[]
  pFail: number[]
  stopSeconds: number | null
  density: DensityFit | null
}

/** A finished run re-keyed by its pool. */
export interface PoolOutcome extends Stamped {
  pool: string
  failed: boolean
  durationSeconds: number | null
  watched: boolean
  badSign: boolean
  cleanSeconds: number | null
  peaks: number[]
  terms: number[]
  leadModel: string | null
  leadNats: number
  weight: number
}

/** Decayed survival and outcomes of a pool of jobs, published at a full hour. */
export interface Prior extends Stamped {
  pool: string
  passes: number
  failures: number
  passDurations: Record<string, number>
  failDurations: Record<string, number>
  passClean: Record<string, number>
  failClean: Record<string, number>
  passesWithSign: number
  failuresWithSign: number
  watchedPasses: number
  falseStops: number[]
  trueStops: number[]
  weights: number[]
  trust: number
  strain: number
  leadModel: string
  leadRuns: number
  leadNats: number
  unseenPasses: number
  unseenFalseStops: number[]
}

/** One KPI. */
export interface KpiValue {
  kpi: string
  value: number | null
  numerator: number | null
  denominator: number | null
  low: number | null
  high: number | null
  n: number
  compat: number | null
}

/** Every KPI of one subject over one window, as known at one instant. */
export interface Kpi extends Stamped {
  dimension: string
  subject: string
  window: string
  values: KpiValue[]
  late: number
  simulated: boolean
}

/** What a job adds to its repository, or a repository to its community, in one pane: mergeable counters. */
export interface KpiPartial extends Stamped {
  dimension: string
  subject: string
  from: string
  rules: string[]
  counters: number[]
  late: number
  simulated: boolean
}

/** One rule over the subject's scored runs. */
export interface RuleMeasure {
  rule: string
  stoppedFailing: number
  stoppedPassing: number
  savedSeconds: number
  burntSeconds: number
  strictBurntSeconds: number
}

/** Forecast quality at one checkpoint. */
export interface CheckpointMeasure {
  at: number
  n: number
  brier: number
  baseBrier: number
  logLoss: number
  binCount: number[]
  binForecast: number[]
  binFailed: number[]
}

/** Running totals of what forecasts and stops were worth for one subject, for our rule and every baseline. */
export interface Measure extends Stamped {
  dimension: string
  subject: string
  window: string
  passing: number
  failing: number
  censored: number
  passingSeconds: number
  failedSeconds: number
  rules: RuleMeasure[]
  checkpoints: CheckpointMeasure[]
  remainingErrorSeconds: number
  jenkinsErrorSeconds: number
  remainingN: number
  covered: number
  simulated: boolean
}

/** What holds an incident open, as a rule of the alert table finds it and finds it gone. */
export interface Symptom extends Stamped, RunRef {
  rule: string
  subject: string
  member: string
  state: SymptomState
  title: string
  signal: string
  pFail: number
  pFailLow: number
  expectedSavedSeconds: number
  head: string | null
  sha: string | null
  link: string | null
  owner: string | null
  verdict: string | null
  right: boolean | null
}

/** Opening, update or close of an alert. */
export interface Incident extends Stamped, RunRef {
  incident: string
  alert: string
  state: IncidentState
  severity: string
  title: string
  pFail: number
  pFailLow: number
  expectedSavedSeconds: number
  verdict: string | null
  subject: string
  signal: string
  advice: string
  owner: string | null
  link: string | null
  runbook: string | null
  head: string | null
  sha: string | null
  members: string[]
  holding: number
  held: number
  right: number
  wrong: number
  openedAt: number | null
  reopened: number
  swallowed: number
  partOf: string | null
  isDigest: boolean
  ackedBy: string | null
  ackedAt: number | null
  mutedUntil: number | null
  mutedBy: string | null
}

/** What somebody asked for an incident. */
export interface IncidentCommand extends Stamped {
  source: string
  repo: string
  incident: string
  command: IncidentCommandKind
  by: string
  until: number | null
  note: string
}

/** A row of the alert table as configured. */
export interface AlertRuleSetting {
  name: string
  rule: string
  isOn: boolean
  match: string[]
  source: string | null
  repo: string | null
  severity: string | null
  owner: string | null
  runbook: string | null
  coolDownSeconds: number | null
  limits: Record<string, number>
}
export interface AlertOwner {
  match: string[]
  source: string | null
  repo: string | null
  owner: string
}
/** How alert rules are configured, whole. */
export interface AlertSettings extends Stamped {
  name: string
  rules: AlertRuleSetting[]
  owners: AlertOwner[]
}

/** One step of acting on a stop. */
export interface Act extends Stamped, RunRef {
  act: string
  state: ActState
  kind: string
  reason: string
  decision: string
  pFailLow: number
  expectedSavedSeconds: number
  precision: number | null
  tries: number
}

/** Results of a test over a window, by what they come to; `quiet` where only failures are named and it was not. */
export interface TestCounts {
  passed: number
  failed: number
  flaky: number
  skipped: number
  quiet: number
}
/** A run as a test knows it. */
export interface TestRun {
  runId: string
  attempt: number
  at: number
}
/** A test that fails with another. */
export interface FailsWith {
  test: string
  phi: number
  runs: number
}

/** What the results of one test in one job come to. */
export interface TestState extends Stamped, JobRef {
  test: string
  word: TestWord
  severity: number
  status: TestKind
  change: TestChange
  failuresOnly: boolean
  asOf: number
  from: number
  week: TestCounts
  weekBefore: TestCounts
  naive: number | null
  flip: number | null
  transition: number | null
  passToFail: number
  failToPass: number
  failToFail: number
  pairs: number
  streak: number
  isAlert: boolean
  failingRun: TestRun | null
  passingRun: TestRun | null
  fixes: number
  fixRuns: number
  fixSeconds: number
  regressedAt: number | null
  basisRuns: number
  basisFailures: number
  fisher: number | null
  eValue: number | null
  passSeconds: number | null
  fingerprint: string | null
  together: FailsWith[]
  partners: number
}

export interface SheetRow {
  test: string
  word: TestWord
  last: number
  strip: number[]
}
/** Results of some tests of a job, run by run: a piece of its grid. */
export interface TestSheet extends Stamped, JobRef {
  sheet: number
  rows: SheetRow[]
}

/** One run of a job's grid, with what its tests did. */
export interface TestColumn {
  runId: string
  attempt: number
  at: number
  sha: string | null
  outcome: Outcome | null
  passed: number
  failed: number
  flaky: number
  skipped: number
  fresh: number
  marks: number
}
/** The tests of a job as a whole, and its newest runs: the head of its grid. */
export interface TestTab extends Stamped, JobRef {
  status: TabStatus
  recent: number
  recentPassed: number
  cells: number
  cellsPassed: number
  tests: number
  sheets: number
  failing: number
  alerts: number
  partnered: number
  partners: number
  persistent: number
  fresh: number
  fixed: number
  installFlake: boolean
  failuresOnly: boolean
  last: number
  columns: TestColumn[]
}

/** One failure seen in many runs of a job. */
export interface FailureGroup extends Stamped, JobRef {
  fingerprint: string
  text: string
  runs: number
  results: number
  tests: number
  names: string[]
  firstAt: number
  lastAt: number
  lastRunId: string
  lastAttempt: number
}

/** A run of a pull request that failed or is likely to. */
export interface TroubledCheck {
  job: string
  runId: string
  attempt: number
  state: string
  pFail: number | null
}

/** When a pull request is expected to merge, and whether at all, as of one instant. */
export interface MergeForecast extends Stamped {
  source: string
  repo: string
  pull: number
  openedAt: number
  elapsedSeconds: number
  sha: string | null
  author: string | null
  title: string | null
  pMerge: number
  quantiles: Record<string, number>
  deciles: number[]
  classes: number[]
  signs: string[]
  checks: TroubledCheck[]
  checksRunning: number
  drivers: Record<string, number>
  cause: string
  merged: number
  closed: number
  model: string
}

/** One forecast of a score. */
export interface MergeLook {
  elapsedSeconds: number
  pMerge: number
  p10: number
  p50: number
  p90: number
}

/** What was forecast for a pull request, against what happened. */
export interface MergeScore extends Stamped {
  source: string
  repo: string
  pull: number
  author: string | null
  merged: boolean
  openedAt: number
  seconds: number
  looks: MergeLook[]
  model: string
}

/** An ended pull request re-keyed by its community. */
export interface PullOutcome extends Stamped {
  pool: string
  repo: string
  pull: number
  x: number[]
  isMerged: boolean
  logTime: number
  z: number
  error: number
}

/** What pull requests of a community told of time to merge, published at a full hour. */
export interface MergePrior extends Stamped {
  pool: string
  location: number[]
  outcome: number[]
  level: number
  scale: number
  intensities: number[]
  pulls: number
}

/** A line of a log that may tell of a failure. */
export interface ExcerptLine {
  line: number
  text: string
  isLoud: boolean
}

/** The lines of a part of a log that may tell of a failure, as whoever reads the log picks them. */
export interface LogExcerpt extends Stamped, RunRef {
  log: string
  lines: ExcerptLine[]
  linesRead: number
  isEnd: boolean
}

/** A line that speaks for a kind of failure. */
export interface Evidence {
  log: string
  line: number
  text: string
  sign: string
  score: number
}

/** Of what kind a failure is, with the lines that decide it; told again when more is heard. */
export interface FailureKind extends Stamped, RunRef {
  kind: FailureKindName
  cause: FailureCause | null
  confidence: number
  evidence: Evidence[]
  signature: string | null
  isFinal: boolean
  model: string | null
}

/** The failure of a run once its logs are read, re-keyed by its repository: one for each run. */
export interface FailureSighting extends Stamped, RunRef {
  kind: FailureKindName
  cause: FailureCause | null
  signature: string
  text: string
}

/** One cause over many runs: failures whose most decisive lines are of one template. */
export interface FailureSignature extends Stamped {
  source: string
  repo: string
  signature: string
  kind: FailureKindName
  cause: FailureCause | null
  template: string
  example: string
  runs: number
  jobs: number
  jobNames: string[]
  forms: string[]
  firstAt: number
  lastAt: number
  lastJob: string
  lastRunId: string
  lastAttempt: number
}

/** A change of how a source can be heard. */
export interface SourceState extends Stamped {
  source: string
  state: SourceCondition
  reason: string | null
  detail: string | null
  heardAt: number | null
  failures: number
  quotaLeft: number | null
}

/** Bytes that can never succeed. */
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
  'pull-event': PullEvent
  'issue-event': IssueEvent
  'tab-state': TabState
  'cluster-state': ClusterState
  'log-excerpt': LogExcerpt
  run: Run
  'group-run': GroupRun
  'pull-run': PullRun
  'slice-end': SliceEnd
  'cluster-run': ClusterRun
  'cluster-share': ClusterShare
  signal: Signal
  forecast: Forecast
  decision: Decision
  'change-decision': ChangeDecision
  'pull-check': PullCheck
  score: Score
  'job-profile': JobProfile
  pace: Pace
  'pool-outcome': PoolOutcome
  prior: Prior
  kpi: Kpi
  'kpi-partial': KpiPartial
  measure: Measure
  symptom: Symptom
  incident: Incident
  'incident-command': IncidentCommand
  'alert-settings': AlertSettings
  act: Act
  'test-state': TestState
  'test-sheet': TestSheet
  'test-tab': TestTab
  'failure-group': FailureGroup
  'merge-forecast': MergeForecast
  'merge-score': MergeScore
  'pull-outcome': PullOutcome
  'merge-prior': MergePrior
  'failure-kind': FailureKind
  'failure-sighting': FailureSighting
  'failure-signature': FailureSignature
  'source-state': SourceState
  'dead-letter': DeadLetter
}
