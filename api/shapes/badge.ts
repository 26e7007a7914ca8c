/** A badge: what it is about on the left, its state in words and colour on the right. Pure. */

export type BadgeTone = 'good' | 'warn' | 'bad' | 'quiet'
const COLOURS: Readonly<Record<BadgeTone, string>> = {
  good: '#12766f',
  warn: '#94610a',
  bad: '#bd3a14',
  quiet: '#5f6b77',
}
/** Width of a letter of the font below, and room beside the words, in pixels. */
const LETTER = 6.6
const ROOM = 12
const widthOf = (words: string): number => Math.ceil(words.length * LETTER + ROOM)

const escaped = (words: string): string =>
  words.replace(/[&<>"']/g, (letter) => `&#${letter.charCodeAt(0)};`)

/** Example: `badge('unit', '97 % pass', 'good')`. Words are escaped. */
export const badge = (subject: string, words: string, tone: BadgeTone): string => {
  const [left, right] = [widthOf(subject), widthOf(words)]
  const text = (at: number, said: string): string =>
    `<text x="${at}" y="14" textLength="${Math.round(said.length * LETTER)}">${escaped(said)}</text>`
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" width="${left + right}" height="20" role="img" aria-label="${escaped(`${subject}: ${words}`)}">` +
    `<rect width="${left}" height="20" fill="#1d3d5c"/><rect x="${left}" width="${right}" height="20" fill="${COLOURS[tone]}"/>` +
    `<g fill="#fff" font-family="Verdana,DejaVu Sans,sans-serif" font-size="11">${text(ROOM / 2, subject)}${text(left + ROOM / 2, words)}</g></svg>`
  )
}

const within = (value: number, low: number, high: number): number =>
  Math.min(high, Math.max(low, value))

/** A pass rate in words, with how sure that is by its tone. Example: 19 of 20: `95 % of 20 passed`, good. */
export const passBadge = (passes: number, runs: number): [words: string, tone: BadgeTone] => {
  if (runs === 0) return ['no result', 'quiet']
  const rate = passes / runs
  const tone = rate >= 0.9 ? 'good' : rate >= 0.7 ? 'warn' : 'bad'
  // Neither all nor none are said of what only comes near.
  const whole = passes === 0 || passes === runs ? 100 * rate : within(Math.round(100 * rate), 1, 99)
  return [`${whole} % of ${runs} passed`, tone]
}
