import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  MAX_LINE_BYTES,
  newExcerptState,
  openExcerpt,
  type ExcerptLine,
} from '../../producers/log/excerpt.ts'
import { spotterOf } from '../../producers/log/spotter.ts'

const ESC = String.fromCharCode(27)
const encode = (text: string): Uint8Array => new TextEncoder().encode(text)
/** The excerpt of a log that comes in pieces of these lengths, in turn, as one reading. */
const excerptOf = (log: string | Uint8Array, lengths: readonly number[] = [65_536]) => {
  const bytes = typeof log === 'string' ? encode(log) : log
  const state = newExcerptState()
  const excerpt = openExcerpt(state)
  for (let at = 0, i = 0; at < bytes.length; i += 1) {
    const to = Math.min(bytes.length, at + (lengths[i % lengths.length] ?? 1))
    excerpt.push(bytes.subarray(at, to))
    at = to
  }
  return { lines: excerpt.take(true), read: state.lines }
}
const texts = (lines: readonly ExcerptLine[]): string[] =>
  lines.map(({ line, text }) => `${line} ${text}`)

describe('words in bytes', () => {
  it('are found where a plain search finds them, whatever their case', () => {
    const words = ['fail', 'error', 'e r o', 'lease', 'aaaa']
    const text = fc.string({
      unit: fc.constantFrom(...'aAeErRoOfFiIlLsS \n'.split('')),
      maxLength: 60,
    })
    fc.assert(
      fc.property(text, fc.constantFrom(...words), text, (before, word, after) => {
        const all = before + word.toUpperCase() + after
        const places = words.map((each) => all.toLowerCase().indexOf(each)).filter((at) => at >= 0)
        const bytes = encode(all)
        expect(spotterOf(words).find(bytes, 0, bytes.length)).toBe(Math.min(...places))
      }),
      { numRuns: 300 },
    )
  })
  it('are not found where they would end behind the end', () => {
    expect(spotterOf(['error']).find(encode('an error'), 0, 7)).toBe(-1)
  })
})

describe('an excerpt of a log', () => {
  it('holds the lines that are loud, by their numbers, each form once, and the last lines', () => {
    const log = [
      'all is well',
      'ERROR: no route to host 10.0.0.1',
      'all is well',
      'ERROR: no route to host 10.0.0.2',
      ...Array.from({ length: 80 }, (_, i) => `error: try ${i}`),
      'the end',
      '',
    ].join('\n')
    const { lines, read } = excerptOf(log)
    expect(read).toBe(85)
    // New forms, then the last 32 of any form, then what the log ends with.
    expect(texts(lines).slice(0, 3)).toEqual([
      '2 ERROR: no route to host 10.0.0.1',
      '5 error: try 0',
      '53 error: try 48',
    ])
    expect(lines).toHaveLength(2 + 32 + 1)
    expect(lines.at(-1)).toEqual({ line: 85, text: 'the end', isLoud: false })
  })

  it('is the same however the log was cut into pieces', () => {
    const line = fc.constantFrom(
      'ok',
      'error: a',
      'FAILED b',
      `x${'y'.repeat(MAX_LINE_BYTES)} error`,
      '',
    )
    const lengths = fc.array(fc.integer({ min: 1, max: 40_000 }), { minLength: 1, maxLength: 8 })
    fc.assert(
      fc.property(fc.array(line, { maxLength: 30 }), lengths, (lines, cuts) => {
        const log = lines.join('\n')
        expect(excerptOf(log, cuts)).toEqual(excerptOf(log, [log.length + 1]))
      }),
      { numRuns: 60 },
    )
  })

  it('goes on where an earlier reading ended, with the numbers of the lines', () => {
    const state = newExcerptState()
    const first = openExcerpt(state)
    first.push(encode('one\nerror: two\nhalf of a li'))
    expect(texts(first.take(false))).toEqual(['2 error: two'])
    // The half line is read again, as its offset says.
    const second = openExcerpt(JSON.parse(JSON.stringify(state)) as typeof state)
    second.push(encode('half of a line\nerror: four is new\n'))
    expect(texts(second.take(false))).toEqual(['4 error: four is new'])
  })

  it('keeps what is around the loud word of a long line', () => {
    const [line] = excerptOf(`${'a '.repeat(2000)}panic: it broke${' z'.repeat(2000)}\n`).lines
    expect(line?.text).toContain('panic: it broke')
    expect(line?.text.length).toBeLessThanOrEqual(400)
  })
})

describe('a hostile log', () => {
  it('of one line of 100 MB leaves no more than a line', () => {
    const state = newExcerptState()
    const excerpt = openExcerpt(state)
    const piece = Buffer.alloc(1_000_000, 'error ')
    for (let i = 0; i < 100; i += 1) excerpt.push(piece)
    excerpt.push(encode('\nerror: at last\n'))
    expect(texts(excerpt.take(true)).map((text) => text.slice(0, 16))).toEqual([
      '1 error error er',
      '2 error: at last',
    ])
    expect(state.lines).toBe(2)
  })
  it('of other lines each time is told in bounded pieces, and at last only their ends', () => {
    const state = newExcerptState()
    const told: number[] = []
    for (let reading = 0; reading < 40; reading += 1) {
      const excerpt = openExcerpt(state)
      const word = (i: number): string =>
        i.toString(36).replace(/\d/g, (digit) => 'abcdefghij'[Number(digit)] ?? '')
      const lines = Array.from(
        { length: 2000 },
        (_, i) => `error: ${word(reading * 2000 + i)} ${word(i)}`,
      )
      excerpt.push(encode(`${lines.join('\n')}\n`))
      told.push(excerpt.take(false).length)
    }
    expect(Math.max(...told)).toBeLessThanOrEqual(128 + 32)
    expect(told.at(-1)).toBe(32)
    expect(state.forms.length).toBeLessThanOrEqual(256)
  })
  it('of binary and colours gives text that can be shown', () => {
    const binary = Uint8Array.from({ length: 200_000 }, (_, i) => (i * 7919 + (i >> 7)) & 255)
    const { lines } = excerptOf(
      Buffer.concat([binary, encode(`\n${ESC}[31merror: red${ESC}[0m\n`)]),
    )
    expect(lines.map(({ text }) => text)).toContain(`${ESC}[31merror: red${ESC}[0m`)
    const shown = new RegExp(String.raw`^[^\0-\x08\x0b-\x1a\x1c-\x1f\ufffd]*$`)
    for (const { text } of lines) expect(text).toMatch(shown)
  })
})
