/** Time and text of a log line. Both grammars of ci-operator are known, and the plain prefixes of Go, Kubernetes and JSON logs. */

export interface Stamped {
  /** Milliseconds since the epoch; null where the line tells no time, or one that cannot be. */
  readonly at: number | null
  readonly text: string
}

const ISO = String.raw`\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?:Z|[+-]\d\d:?\d\d)?`
/** `INFO[2021-04-10T18:51:16Z] text`, with or without colours. */
const LEVELLED = new RegExp(String.raw`^[A-Z]{4,5}\[(${ISO})\] ?(.*)$`)
/** `time="2021-04-03T20:16:31Z" level=info msg="text"`. */
const LOGFMT = new RegExp(String.raw`^time="(${ISO})" level=\w+ msg=(?:"((?:[^"\\]|\\.)*)"|(.*))`)
/** `2021/03/18 14:29:22 text`, as Go's own logger writes it; the machines keep UTC. */
const GO = /^(\d{4})\/(\d\d)\/(\d\d) (\d\d:\d\d:\d\d)(?:\.\d{1,9})? (.*)$/
/** `2021-04-10T18:51:16.5Z text` or `[2021-04-10T18:51:16Z] text`. */
const PREFIXED = new RegExp(String.raw`^\[?(${ISO})\]?:? (.*)$`)
/** `I0410 18:51:16.123456   123 file.go:12] text`: no year. */
const KLOG = /^[IWEF](\d\d)(\d\d) (\d\d:\d\d:\d\d)(?:\.\d{1,9})? +\d+ [^\]]{1,200}\] (.*)$/
/** What colours a terminal; ESC is 27. */
const COLOURS = new RegExp(String.fromCharCode(27) + String.raw`\[[0-9;]{0,12}m`, 'g')

const FIRST = Date.UTC(2000, 0, 1)
const DAY_MS = 86_400_000

const isoMs = (text: string): number => {
  const iso = text.replace(' ', 'T').replace(',', '.')
  return Date.parse(/(?:Z|[+-]\d\d:?\d\d)$/.test(iso) ? iso : `${iso}Z`)
}
/** The year is that in which the line comes nearest to the time it was heard. */
const klogMs = (month: string, day: string, time: string, now: number): number => {
  const year = new Date(now).getUTCFullYear()
  const at = (y: number) => Date.parse(`${y}-${month}-${day}T${time}Z`)
  return at(year) > now + DAY_MS ? at(year - 1) : at(year)
}

const ofJson = (line: string): [number, string] | null => {
  try {
    const { time, ts, msg, message } = JSON.parse(line) as Record<string, unknown>
    const [when, text] = [time ?? ts, msg ?? message]
    return typeof when === 'string' && typeof text === 'string' ? [isoMs(when), text] : null
  } catch {
    return null
  }
}

const read = (line: string, now: number): [number, string] | null => {
  let match = LEVELLED.exec(line) ?? PREFIXED.exec(line)
  if (match !== null) return [isoMs(match[1] ?? ''), match[2] ?? '']
  match = LOGFMT.exec(line)
  if (match !== null)
    return [isoMs(match[1] ?? ''), (match[2] ?? match[3] ?? '').replace(/\\(["\\])/g, '$1')]
  match = GO.exec(line)
  if (match !== null)
    return [Date.parse(`${match[1]}-${match[2]}-${match[3]}T${match[4]}Z`), match[5] ?? '']
  match = KLOG.exec(line)
  if (match !== null)
    return [klogMs(match[1] ?? '', match[2] ?? '', match[3] ?? '', now), match[4] ?? '']
  return line.startsWith('{"') ? ofJson(line) : null
}

/** Time and text of a line heard at `now`. */
export const stampOf = (raw: string, now: number): Stamped => {
  const line = raw.replace(COLOURS, '').trimEnd()
  const found = read(line, now)
  if (found === null) return { at: null, text: line }
  const [at, text] = found
  return { at: at >= FIRST && at <= now + DAY_MS ? at : null, text }
}
