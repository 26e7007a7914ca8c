/** THE list of record schemas; each is one file `avro/<name>.avsc`. */

export const SCHEMA_NAMES = [
  'run-event',
  'test-result',
  'pull-event',
  'issue-event',
  'tab-state',
  'cluster-state',
  'run',
  'group-run',
  'cluster-run',
  'signal',
  'forecast',
  'decision',
  'score',
  'job-profile',
  'pool-outcome',
  'prior',
  'kpi',
  'kpi-partial',
  'measure',
  'incident',
  'merge-forecast',
  'failure-kind',
  'source-state',
  'dead-letter',
] as const
export type SchemaName = (typeof SCHEMA_NAMES)[number]
