/** State of the runs processor: one cell per run, kept until 14 days after its end. */

const nullable = (type: unknown): unknown[] => ['null', type]
const fields = (types: Record<string, unknown>): object[] =>
  Object.entries(types).map(([name, type]) => ({ name, type }))

export const RUN_CELL = {
  type: 'record',
  name: 'RunCell',
  fields: fields({
    source: 'string',
    repo: 'string',
    job: 'string',
    runId: 'string',
    attempt: 'int',
    phase: { type: 'enum', name: 'Phase', symbols: ['queued', 'running', 'finished'] },
    queuedAt: nullable('long'),
    startedAt: nullable('long'),
    finishedAt: nullable('long'),
    outcome: nullable('string'),
    rawOutcome: nullable('string'),
    steps: 'int',
    failedSteps: { type: 'array', items: 'string' },
    failedTests: 'int',
    logBytes: nullable('long'),
    group: nullable('string'),
    branch: nullable('string'),
    sha: nullable('string'),
    pull: nullable('int'),
    trigger: nullable('string'),
    labels: { type: 'map', values: 'string' },
    endRank: 'string',
    stepsSeen: { type: 'map', values: 'string' },
    heardAt: 'long',
  }),
}
