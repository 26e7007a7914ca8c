/** Avro schemas of the cells of time to merge. */

const nullable = (type: unknown): unknown[] => ['null', type]
const array = (items: unknown): object => ({ type: 'array', items })
const record = (name: string, types: Record<string, unknown>): object => ({
  type: 'record',
  name,
  fields: Object.entries(types).map(([field, type]) => ({ name: field, type })),
})

const MEAN = record('Mean', { weight: 'double', sum: 'double' })
export const LIFE_TABLE = record('LifeTable', {
  ends: array('double'),
  risk: array('double'),
  weight: 'double',
})
export const LINEAR = record('Linear', { weights: array('double'), covariance: array('double') })

const REPO = record('RepoState', {
  past: record('RepoPast', {
    level: MEAN,
    fast: 'Mean',
    scale: 'Mean',
    open: 'int',
    merged: 'int',
    closed: 'int',
    lastMergedAt: nullable('long'),
  }),
  table: LIFE_TABLE,
  effects: record('Effects', {
    mergeSeen: array('double'),
    mergeExpected: array('double'),
    closeSeen: array('double'),
    closeExpected: array('double'),
  }),
  times: array('double'),
  lead: record('MergeLead', { model: 'string', merges: 'double', nats: 'double' }),
  reviewing: record('ReviewEffect', { squares: 'double', products: 'double' }),
})
const AUTHOR = record('AuthorPast', {
  level: MEAN,
  fast: 'Mean',
  scale: 'Mean',
  open: 'int',
  opened: 'int',
  merged: 'int',
  closed: 'int',
  lastOpenedAt: nullable('long'),
  lastMergedAt: nullable('long'),
})
const PULL = record('PullState', {
  pull: 'long',
  phase: 'string',
  author: nullable('string'),
  openedAt: 'long',
  endedAt: nullable('long'),
  sinceAt: 'long',
  sha: nullable('string'),
  draft: nullable('boolean'),
  base: nullable('string'),
  association: nullable('string'),
  title: nullable('string'),
  titleWords: nullable('int'),
  bodyWords: nullable('int'),
  additions: nullable('int'),
  deletions: nullable('int'),
  changedFiles: nullable('int'),
  reviewers: nullable('int'),
  documents: nullable('double'),
  review: nullable('string'),
  labels: array('string'),
  autoMerge: nullable('boolean'),
  mergeState: nullable('string'),
  people: array('string'),
  reviewPace: 'double',
  checks: array(
    record('Check', {
      job: 'string',
      run: 'string',
      state: 'string',
      pFail: nullable('double'),
    }),
  ),
  factAt: 'long',
  factId: 'string',
  reviewAt: 'long',
  reviewId: 'string',
  x: array('double'),
  location: 'double',
  formula: 'double',
  word: nullable(record('ModelWord', { model: 'string', shift: 'double' })),
  scale: 'double',
  watchedZ: 'double',
  looks: array(
    record('Look', {
      elapsedSeconds: 'double',
      pMerge: 'double',
      p10: 'double',
      p50: 'double',
      p90: 'double',
    }),
  ),
})

const EARLY = record('EarlyReview', {
  review: nullable('string'),
  reviewAt: 'long',
  reviewId: 'string',
})

/** Which pull request has a commit as its newest. */
const HEAD = record('Head', { pull: 'long' })

export const CELLS = {
  head: HEAD,
  early: EARLY,
  repo: REPO,
  author: AUTHOR,
  reviewer: MEAN,
  location: LINEAR,
  outcome: LINEAR,
  pull: PULL,
  ended: record('Ended', { pulls: array('long') }),
}
