/** State of the stopping processor: a job's history, red tests and duration sample, and one cell per running run. */

import { durationSampleSchema } from './density/sample.ts'

const nullable = (type: unknown): unknown[] => ['null', type]
const array = (items: unknown): object => ({ type: 'array', items })
const map = (values: unknown): object => ({ type: 'map', values })
const record = (name: string, types: Record<string, unknown>): object => ({
  type: 'record',
  name,
  fields: Object.entries(types).map(([field, type]) => ({ name: field, type })),
})

/** Pairs of bucket and weight (survival.ts). */
const HISTOGRAM = array('double')
const CLASS_HISTORY = record('ClassHistory', {
  ended: HISTOGRAM,
  censored: HISTOGRAM,
  clean: HISTOGRAM,
  runs: 'double',
  withSign: 'double',
})
const SIGN_COUNT = record('SignCount', { runs: 'double', passes: 'double' })
const GUARD = record('Guard', {
  wrong: array('double'),
  right: array('double'),
  surplus: 'double',
  variance: 'double',
  held: array('boolean'),
  isAdrift: 'boolean',
})
const HISTORY = record('History', {
  recent: array('boolean'),
  failing: nullable(record('Failing', { from: 'long', to: 'long', heads: array('int') })),
  pass: CLASS_HISTORY,
  fail: 'ClassHistory',
  lasting: HISTOGRAM,
  lastPasses: array('double'),
  meanWait: nullable('double'),
  expertScores: array('double'),
  slopes: record('SlopeLearner', {
    weights: array('double'),
    covariance: array('double'),
    trust: 'double',
  }),
  heed: 'double',
  watchedPasses: 'int',
  falseStops: array('int'),
  trueStops: array('int'),
  cut: 'double',
  skillRuns: 'double',
  skillOurs: 'double',
  skillBase: 'double',
  skillSquares: 'double',
  guard: GUARD,
  family: 'string',
  signs: map(SIGN_COUNT),
  lastEndAt: 'long',
  lead: record('Lead', { model: 'string', runs: 'double', nats: 'double' }),
})
const CHECKPOINT = record('Checkpoint', {
  at: 'double',
  pFail: 'double',
  base: 'double',
  remaining: nullable('double'),
  remainingLow: nullable('double'),
  remainingHigh: nullable('double'),
  jenkins: nullable('double'),
  elapsed: 'double',
  point: array('double'),
  belief: 'double',
  starts: nullable(record('Starts', { termed: 'double', plain: 'double' })),
})
const RUN = record('RunningRun', {
  source: 'string',
  repo: 'string',
  job: 'string',
  runId: 'string',
  attempt: 'int',
  startedAt: 'long',
  group: nullable('string'),
  labels: map('string'),
  pFail: 'double',
  level: nullable('string'),
  isAlerting: 'boolean',
  mayHang: 'boolean',
  head: 'int',
  change: nullable('string'),
  changeFailures: 'double',
  changeRuns: 'double',
  siblings: 'double',
  trouble: 'double',
  terms: array('double'),
  leadIfFailed: 'double',
  leadIfPassed: 'double',
  signSeconds: nullable('double'),
  signs: array('string'),
  redCount: 'int',
  redTests: array('string'),
  flakedTests: array('string'),
  late: array('string'),
  wasSilent: 'boolean',
  isSilent: 'boolean',
  peaks: array('double'),
  wanted: array('boolean'),
  isClosing: 'boolean',
  waitingSince: nullable('long'),
  waitedSeconds: 'double',
  stopSeconds: nullable('double'),
  leastKept: 'double',
  isActed: 'boolean',
  watched: 'boolean',
  dueSeconds: array('double'),
  checkpoints: array(CHECKPOINT),
  baselines: map('double'),
})

export const CELLS = {
  history: HISTORY,
  run: RUN,
  tests: record('RedTests', { tests: map(SIGN_COUNT) }),
  changes: record('Changes', {
    changes: array(record('ChangeCount', { change: 'string', failures: 'double', runs: 'double' })),
  }),
  open: record('OpenRuns', { runs: array('string'), stopped: array('string') }),
  sample: durationSampleSchema,
  fit: record('DensityStops', {
    family: nullable('string'),
    stopSeconds: nullable('double'),
    compatStopSeconds: nullable('double'),
    fromBucket: 'int',
    passDensity: array('double'),
    failDensity: array('double'),
  }),
}
