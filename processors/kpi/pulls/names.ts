/** Ids of the counters of pulls and issues. An id never changes its meaning: state that was written with it lives on. */

const SCALARS = [
  'opened',
  'merged',
  'closed',
  'issues/opened',
  'issues/closed',
  'merged/failures',
  'merged/reruns',
  'merged/reruns2',
  'merged/withChecks',
  'run/ms',
  'run/wastedMs',
  'run/n',
  'queue/n',
  'queue/seconds',
  'queue/seconds2',
  'queue/change',
  'queue/changeAt',
] as const
/** Ids of the scalars by name. */
export const ID = Object.fromEntries(SCALARS.map((name, index) => [name, index])) as Readonly<
  Record<(typeof SCALARS)[number], number>
>

/** First bucket of each histogram; buckets are those of ../histogram.ts, the last begins at 9 years. */
export const SPANS = {
  merge: 1000,
  review: 2000,
  pickup: 3000,
  response: 4000,
  issueResponse: 5000,
  issueClose: 6000,
  signal: 7000,
} as const
export type SpanName = keyof typeof SPANS
export const BUCKETS = 400
