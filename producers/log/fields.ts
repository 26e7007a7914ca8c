/** Settings of sources that read logs. */

import { originOf } from '../polling/hosts.ts'
import type { Source } from '../source.ts'
import type { LogPace } from './follow.ts'

const MB = 2 ** 20

export const LOG_FIELDS = {
  logs: {
    type: 'number',
    unit: 'logs',
    doc: 'Logs read in one round of each repository, project or job at most, those of failed runs first; 0 reads none.',
    range: [0, 1_000],
    otherwise: 20,
  },
  log_budget: {
    type: 'number',
    unit: 'MB',
    doc: 'Bytes of logs read in such a round at most.',
    range: [1, 1_000],
    otherwise: 32,
  },
} as const
export const LIVE_LOG_FIELDS = {
  ...LOG_FIELDS,
  logs_every: {
    type: 'duration',
    doc: 'Time between two readings of the log of a run that goes on.',
    range: ['1s', '1h'],
    otherwise: '1m',
  },
} as const
/** Addresses besides that of the service itself. */
export const LOG_HOSTS_FIELD = {
  type: 'list',
  pattern: /^https?:\/\/[\w.:-]+$/,
} as const

export const logPaceOf = (values: {
  readonly logs: number
  readonly log_budget: number
  readonly logs_every?: number
}): LogPace => ({
  roundLogs: values.logs,
  roundBytes: values.log_budget * MB,
  everyMs: values.logs_every ?? 0,
})

/** Credentials for the service alone: where its logs lie nobody is told them. */
export const onlyFor = (
  address: string,
  authorize: NonNullable<Source['authorize']>,
): NonNullable<Source['authorize']> => {
  const own = originOf(address)
  return (url) => (originOf(url) === own ? authorize(url) : Promise.resolve({}))
}
