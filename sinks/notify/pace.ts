/** When something may be sent: so many a minute, not in quiet hours, in a digest once a day. */

const MINUTE_MS = 60_000
const DAY_MS = 86_400_000

/** A stretch of the day in which only what is critical is sent; minutes since midnight in a time zone. */
export interface Quiet {
  readonly from: number
  readonly to: number
  readonly zone: string
}
export interface Pace {
  readonly perMinute: number
  readonly quiet: Quiet | null
  /** All that waits is sent together, so often; 0: each by itself. Unit: milliseconds. */
  readonly digestMs: number
}
export const AT_ONCE: Pace = { perMinute: 60, quiet: null, digestMs: 0 }

/** Minutes since midnight in a time zone. Example: 2024-05-01T12:00Z in Europe/Berlin is 840. */
export const minuteOfDay = (at: number, zone: string): number => {
  const parts = new Intl.DateTimeFormat('en-GB', {
    timeZone: zone,
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  }).formatToParts(at)
  const of = (type: string): number => Number(parts.find((part) => part.type === type)?.value ?? 0)
  return of('hour') * 60 + of('minute')
}

/** When quiet hours that go on at `at` are over; `at` itself where there are none. A stretch may cross midnight. */
export const quietUntil = (quiet: Quiet | null, at: number): number => {
  if (quiet === null) return at
  const { from, to, zone } = quiet
  const minute = minuteOfDay(at, zone)
  const isQuiet = from <= to ? minute >= from && minute < to : minute >= from || minute < to
  if (!isQuiet) return at
  const left = (to - minute + 24 * 60) % (24 * 60)
  return Math.floor(at / MINUTE_MS) * MINUTE_MS + left * MINUTE_MS
}

/** When the next digest is due: the end of the stretch of `digestMs` that `at` lies in. */
export const digestAt = (digestMs: number, at: number): number =>
  Math.ceil((at + 1) / digestMs) * digestMs
/** What rules tell once a day is told at the end of the day. */
export const DAILY_MS = DAY_MS

/** Spaces what is sent: `perMinute` may go at once, then one comes free every so often. */
export const createBucket = (perMinute: number) => {
  let free = perMinute
  let at = 0
  return {
    /** When one may be sent. */
    next(now: number): number {
      free = Math.min(perMinute, free + ((now - at) * perMinute) / MINUTE_MS)
      at = now
      return free >= 1 ? now : now + Math.ceil(((1 - free) * MINUTE_MS) / perMinute)
    },
    take(): void {
      free -= 1
    },
  }
}
