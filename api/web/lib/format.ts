/** How numbers are written on the page: one form per kind, an em dash where nothing is known. */

export const NOTHING = '—'
const THIN = '\u202f'

/** Seconds as two units. Examples: 42 is `42s`, 725 `12m 05s`, 5093 `1h 24m`, 273600 `3d 04h`. */
export const duration = (seconds: number | null | undefined): string => {
  if (seconds === null || seconds === undefined || !Number.isFinite(seconds)) return NOTHING
  if (seconds < 0) return `−${duration(-seconds)}`
  const whole = Math.round(seconds)
  if (whole < 60) return seconds < 10 && seconds !== whole ? `${seconds.toFixed(1)}s` : `${whole}s`
  const [big, small] = whole < 3600 ? ['m', 's'] : whole < 86_400 ? ['h', 'm'] : ['d', 'h']
  const unit = whole < 3600 ? 1 : whole < 86_400 ? 60 : 3600
  const base = unit === 3600 ? 24 : 60
  const units = Math.floor(whole / unit)
  return `${Math.floor(units / base)}${big} ${String(units % base).padStart(2, '0')}${small}`
}

/** Seconds as the text of an axis: no second unit that is zero. Examples: 600 is `10m`, 5400 `1h 30m`, 0 `0`. */
export const axisDuration = (seconds: number): string =>
  seconds === 0 ? '0' : duration(seconds).replace(/ 00[smh]$/, '')

/** Seconds as hours. Examples: 255240 is `70.9 h`, 36 `0.01 h`. */
export const hours = (seconds: number | null | undefined): string => {
  if (seconds === null || seconds === undefined || !Number.isFinite(seconds)) return NOTHING
  const value = Math.abs(seconds) / 3600
  const digits = value >= 100 || value === 0 ? 0 : value >= 1 ? 1 : 2
  const text = value.toLocaleString('en', {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  })
  return `${seconds < 0 && Number(value.toFixed(digits)) !== 0 ? '−' : ''}${text}${THIN}h`
}

/** A ratio as per cent: whole from 10 %, one digit from 1 %, two below. Examples: .857 is `86 %`, .0123 `1.2 %`. */
export const percent = (ratio: number | null | undefined): string =>
  ratio === null || ratio === undefined || !Number.isFinite(ratio)
    ? NOTHING
    : `${percentDigits(ratio)}${THIN}%`

const percentDigits = (ratio: number): string => {
  const value = Math.abs(ratio) * 100
  const digits = value === 0 || value >= 99.95 || (value >= 9.95 && value < 99) ? 0 : 1
  const fine = value > 0 && value < 0.995 ? 2 : digits
  const text = value.toFixed(fine)
  return ratio < 0 && Number(text) !== 0 ? `−${text}` : text
}

/** Two ends of an interval, each through `write`. Example: `range(.72, .93, percent)` is `72–93 %`. */
export const range = (
  low: number | null | undefined,
  high: number | null | undefined,
  write: (value: number) => string,
): string => {
  if (low === null || low === undefined || high === null || high === undefined) return NOTHING
  const [from, to] = [write(low), write(high)]
  const unit = /\u202f\S+$/.exec(to)?.[0] ?? ''
  const start = unit !== '' && from.endsWith(unit) ? from.slice(0, -unit.length) : from
  return `${start}–${to}`
}

/** A count with thousands apart. Example: 1234567 is `1,234,567`. */
export const count = (value: number | null | undefined): string =>
  value === null || value === undefined ? NOTHING : Math.round(value).toLocaleString('en')

/** A plain figure to three significant digits. */
export const figure = (value: number | null | undefined): string =>
  value === null || value === undefined || !Number.isFinite(value)
    ? NOTHING
    : value.toLocaleString('en', { maximumSignificantDigits: 3 }).replace('-', '−')

/** Bytes. Examples: 512 is `512 B`, 1536 `1.5 kB`, 5e9 `5.0 GB`. */
export const bytes = (value: number | null | undefined): string => {
  if (value === null || value === undefined) return NOTHING
  const units = ['B', 'kB', 'MB', 'GB', 'TB']
  const power = value < 1000 ? 0 : Math.min(4, Math.floor(Math.log10(value) / 3))
  return `${(value / 1000 ** power).toFixed(power === 0 ? 0 : 1)}${THIN}${units[power] ?? 'B'}`
}

const two = (value: number): string => String(value).padStart(2, '0')

/** Milliseconds since the epoch as local date and time. Example: `2026-03-02 14:05`. */
export const dateTime = (ms: number | null | undefined): string =>
  ms === null || ms === undefined || !Number.isFinite(ms) ? NOTHING : `${day(ms)} ${clock(ms)}`

/** A long identifier with its middle left out. Example: `179556139209350` is `1795…209350`. */
export const shortId = (id: string): string =>
  id.length <= 12 ? id : `${id.slice(0, 4)}…${id.slice(-6)}`

/** Local day. Example: `2026-03-02`. */
const day = (ms: number): string => {
  const at = new Date(ms)
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`
}

/** Local time of day, with seconds where asked. Example: `14:05`. */
export const clock = (ms: number, withSeconds = false): string => {
  const at = new Date(ms)
  const text = `${two(at.getHours())}:${two(at.getMinutes())}`
  return withSeconds ? `${text}:${two(at.getSeconds())}` : text
}

/** Local instant as the text of an axis: the day at midnight and in steps of days, else the time. Unit: seconds, all. */
export const axisInstant = (seconds: number, stepSeconds: number): string => {
  const text = clock(seconds * 1000)
  return stepSeconds >= 86_400 || text === '00:00' ? day(seconds * 1000).slice(5) : text
}
