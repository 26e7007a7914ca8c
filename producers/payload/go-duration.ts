/** Durations as Go programs write them. */

const UNIT_SECONDS: Readonly<Record<string, number>> = {
  h: 3600,
  m: 60,
  s: 1,
  ms: 1e-3,
  µs: 1e-6,
  us: 1e-6,
  ns: 1e-9,
}
const DURATION = /^(?:\d+(?:\.\d+)?(?:h|ms|m|s|µs|us|ns))+$/
const PART = /(\d+(?:\.\d+)?)(h|ms|m|s|µs|us|ns)/g

/** Seconds of a Go duration, null for other text. Example: `goSeconds('1h14m12.5s')` is 4452.5. */
export const goSeconds = (text: string): number | null => {
  if (text.length > 40 || !DURATION.test(text)) return null
  let seconds = 0
  for (const [, amount = '', unit = ''] of text.matchAll(PART))
    seconds += Number(amount) * (UNIT_SECONDS[unit] ?? 0)
  return seconds
}
