/** Named instants at which a test may kill the process: STOPLINE_CRASH_AT=<name>:<n> dies as by kill -9 at the n-th passage. */

export const CRASH_POINTS = [
  'before-transaction',
  'after-processing',
  'after-log',
  'after-views',
  'after-state',
  'before-commit',
  'after-commit',
] as const
/** Of live sources: what was heard is about to be offered, or is on the log; what is remembered is about to be saved, or is. */
export const SOURCE_CRASH_POINTS = [
  'before-offer',
  'after-offer',
  'before-cursor',
  'after-cursor',
] as const
export type CrashPoint = (typeof CRASH_POINTS)[number] | (typeof SOURCE_CRASH_POINTS)[number]

const [wanted, count] = (process.env['STOPLINE_CRASH_AT'] ?? '').split(':')
let left = Number(count ?? 1)

export const crashPoint = (name: CrashPoint): void => {
  if (name !== wanted) return
  left -= 1
  if (left === 0) process.kill(process.pid, 'SIGKILL')
}
