/** The runs on the newest commit of a pull request: by job the newest run, and how it stands. */

import type { PullCheck, TroubledCheck } from '../../schemas/events.ts'
import { runName } from '../../schemas/keys.ts'

/** `run` is its name inside the job; state one of running, endangered, passed, failed. */
export interface Check {
  readonly job: string
  readonly run: string
  readonly state: string
  readonly pFail: number | null
}
/** Jobs of one pull request that are looked at. */
const MAX_CHECKS = 100
const MAX_TOLD = 20
const isOpen = ({ state }: Check): boolean => state === 'running' || state === 'endangered'

/**
 * The checks after one more was told of; the same list where that is no news. Example: a job that failed and starts anew
 * runs; the end of its earlier run, told late, changes nothing.
 */
export const withCheck = (checks: readonly Check[], told: PullCheck): readonly Check[] => {
  const run = runName(told)
  const place = checks.findIndex(({ job }) => job === told.job)
  const known = checks[place]
  const { job, state, pFail } = told
  if (known === undefined) {
    const isFull = checks.length >= MAX_CHECKS
    return state === 'gone' || isFull ? checks : [...checks, { job, run, state, pFail }]
  }
  if (known.run !== run && state !== 'running') return checks
  if (known.run === run && (known.state === state || (!isOpen(known) && state === 'running')))
    return checks
  return state === 'gone'
    ? checks.toSpliced(place, 1)
    : checks.with(place, { job, run, state, pFail })
}

export const hasFailed = (checks: readonly Check[]): boolean =>
  checks.some(({ state }) => state === 'failed')
export const isEndangered = (checks: readonly Check[]): boolean =>
  checks.some(({ state }) => state === 'endangered')
export const havePassed = (checks: readonly Check[]): boolean =>
  checks.length > 0 && checks.every(({ state }) => state === 'passed')
export const runningOf = (checks: readonly Check[]): number => checks.filter(isOpen).length

/** Those that failed or are likely to, failed ones first, then the likeliest. */
export const troubledOf = (checks: readonly Check[]): TroubledCheck[] =>
  checks
    .filter(({ state }) => state === 'failed' || state === 'endangered')
    .sort((a, b) => (b.pFail ?? 2) - (a.pFail ?? 2) || (a.job < b.job ? -1 : 1))
    .slice(0, MAX_TOLD)
    .map(({ job, run, state, pFail }) => {
      const at = run.lastIndexOf('#')
      return { job, runId: run.slice(0, at), attempt: Number(run.slice(at + 1)), state, pFail }
    })
