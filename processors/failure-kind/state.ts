/** What is kept of a run whose failure is looked for, and of a job whose logs are read. */

import type { FailureKindName } from '../../schemas/events.ts'
import type { Ledger } from './ledger.ts'

/** What was told of a run last. */
export interface Told {
  kind: FailureKindName
  signature: string | null
  /** Tenths, so that small moves are no news. */
  tenths: number
  isFinal: boolean
}
export interface RunState {
  ledgers: Ledger[]
  /** Names of failed tests whose messages were read. */
  tests: string[]
  /** The run has ended, and it failed in some way; null while it runs. */
  isFailure: boolean | null
  told: Told | null
  /** Its failure was counted: nothing more is said of it. */
  isSettled: boolean
  heardAt: number
}
export const newRun = (): RunState => ({
  ...{ ledgers: [], tests: [], isFailure: null, told: null, isSettled: false, heardAt: 0 },
})

const array = (items: unknown): object => ({ type: 'array', items })
const record = (name: string, types: Record<string, unknown>): object => ({
  type: 'record',
  name,
  fields: Object.entries(types).map(([field, type]) => ({ name: field, type })),
})
const LEDGER = record('Ledger', {
  log: 'string',
  lines: 'long',
  heardTo: 'long',
  signs: array(
    record('SignLines', {
      sign: 'string',
      count: 'long',
      first: array(record('Candidate', { line: 'long', text: 'string', weight: 'double' })),
      last: ['null', 'Candidate'],
    }),
  ),
})
const RUN = record('FailureRun', {
  ledgers: array(LEDGER),
  tests: array('string'),
  isFailure: ['null', 'boolean'],
  told: [
    'null',
    record('Told', {
      kind: 'string',
      signature: ['null', 'string'],
      tenths: 'int',
      isFinal: 'boolean',
    }),
  ],
  isSettled: 'boolean',
  heardAt: 'long',
})
/** `reads`: logs of the job are read, so the ends of its runs matter. */
export const KIND_CELLS = { run: RUN, reads: record('ReadsLogs', { sinceAt: 'long' }) }
