/** State of the clock: one cell a part, the names of all, and what each running run has said. */

import type { TestStatus } from '../../schemas/events.ts'
import type { Cells } from '../processor.ts'
import { durationSampleSchema } from '../stopping/density/sample.ts'

export type PartKind = 'step' | 'test' | 'silence'
export const partCell = (kind: PartKind, name: string): string => `part/${kind}/${name}`

/** Whether a test failed, by its status; null where that is not said. A flaky one passed in the end. */
export const RESULT: Readonly<Record<TestStatus, boolean | null>> = {
  unknown: null,
  passed: false,
  flaky: false,
  failed: true,
  error: true,
  skipped: null,
}

export const partsOf = (cells: Cells): readonly string[] =>
  (cells.get('parts') as { readonly names: readonly string[] } | undefined)?.names ?? []

/** Pairs of bucket and weight (stopping/survival.ts). */
const histogram = { type: 'array', items: 'double' }
const record = (name: string, types: Record<string, unknown>): object => ({
  type: 'record',
  name,
  fields: Object.entries(types).map(([field, type]) => ({ name: field, type })),
})
export const CELLS = {
  part: record('Part', {
    pass: histogram,
    fail: histogram,
    passes: 'double',
    failures: 'double',
    sample: durationSampleSchema,
    family: ['null', 'string'],
    densityStop: ['null', 'double'],
    lastSeconds: 'double',
    lastFailed: 'boolean',
    lastRunId: 'string',
    heard: { type: 'array', items: 'int' },
  }),
  parts: record('Parts', { names: { type: 'array', items: 'string' } }),
  talk: record('Talk', {
    at: ['null', 'long'],
    longestMs: 'long',
    words: 'int',
    isTold: 'boolean',
  }),
}
