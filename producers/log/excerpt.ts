/**
 * Reads a log as it grows and keeps what is loud in it: lines with a word of `words.ts`, each form once, and the last lines
 * at its end. Bounded in memory and in what it says, whatever comes: long lines, binary, a million errors.
 */

import { spotterOf } from './spotter.ts'
import { LOUD_WORDS, SHARP_WORDS } from './words.ts'

/** Of longer lines only so many bytes are looked at. */
export const MAX_LINE_BYTES = 16_384
/** Bytes of a line that are kept, around what is loud in it. */
const KEPT_BYTES = 400
const BEFORE_LOUD_BYTES = 150
/** Lines of one reading that are kept: the first of new forms, and the last of any; so many sharp ones, so many others. */
const NEW_LINES = { sharp: 128, dull: 48 } as const
const LAST_LINES = { sharp: 32, dull: 8 } as const
/** After so many lines of one log only the last ones of each reading are kept. */
const MAX_LINES = 3_000
/** Forms that are remembered, so that each is told once. */
const MAX_FORMS = 256
/** Lines without a loud word that are told of the end of a log. */
const TAIL_LINES = 10
const TAIL_BYTES = 4_096

export interface ExcerptLine {
  /** Number of the line in its log, from 1. */
  readonly line: number
  readonly text: string
  /** False for lines that are told only because the log ends with them. */
  readonly isLoud: boolean
}
/** What is kept between two readings: plain data. */
export interface ExcerptState {
  /** Whole lines before the place where reading goes on. */
  lines: number
  /** Lines told so far. */
  told: number
  /** Forms told lately, the oldest first. */
  readonly forms: number[]
}
export const newExcerptState = (): ExcerptState => ({ lines: 0, told: 0, forms: [] })

export interface Excerptor {
  readonly push: (piece: Uint8Array) => void
  /** Loud lines since the last time, in order. At the end of the log the last lines come too. */
  readonly take: (isEnd: boolean) => ExcerptLine[]
}

const NEWLINE = 10
const NOTHING = new Uint8Array(0)
const loudWords = spotterOf(LOUD_WORDS)
const sharpWords = spotterOf(SHARP_WORDS)

const newlines = (bytes: Uint8Array, from: number, to: number): number => {
  let count = 0
  for (let at = from; at < to; at += 1) if (bytes[at] === NEWLINE) count += 1
  return count
}
const isDigit = (byte: number): boolean => byte >= 48 && byte <= 57
const isWord = (byte: number): boolean =>
  isDigit(byte) || (byte >= 65 && byte <= 90) || (byte >= 97 && byte <= 122) || byte === 95

/** Hash of a line's words, those with digits left out: lines that differ by numbers, ids and times are one form. */
const formOf = (bytes: Uint8Array, from: number, to: number): number => {
  let form = 0x811c9dc5
  let word = 0
  let hasDigit = false
  for (let at = from; at <= to; at += 1) {
    const byte = at < to ? (bytes[at] ?? 0) : 32
    if (isWord(byte)) {
      hasDigit ||= isDigit(byte)
      word = Math.imul(word ^ byte, 0x01000193)
      continue
    }
    if (word !== 0) form = Math.imul(form ^ (hasDigit ? 35 : word), 0x9e3779b1)
    word = 0
    hasDigit = false
  }
  return form >>> 0
}

/** The part of a line that is kept: its beginning, or what is around the loud word where that lies far behind. */
const textOf = (bytes: Uint8Array, from: number, to: number, loud: number): string => {
  const isNear = loud - from < KEPT_BYTES - 40
  const start = isNear ? from : loud - BEFORE_LOUD_BYTES
  const end = Math.min(to, start + KEPT_BYTES)
  return readable(bytes.subarray(start, end)).trimEnd()
}

/** What cannot be shown, and would only travel on; ESC stays, since colours begin with it. */
const UNREADABLE = new RegExp(String.raw`[\0-\x08\x0b-\x1a\x1c-\x1f\ufffd]+`, 'g')
const readable = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8').replace(UNREADABLE, '')

type Tier = 'sharp' | 'dull'
interface Kept {
  readonly fresh: ExcerptLine[]
  readonly last: ExcerptLine[]
}
const newKept = (): Kept => ({ fresh: [], last: [] })
/** What was kept, each line once. */
const takeKept = (kept: Kept, most: number): ExcerptLine[] => {
  const fresh = kept.fresh.splice(0)
  const lines = new Set(fresh.map(({ line }) => line))
  return [
    ...fresh,
    ...kept.last
      .splice(0)
      .slice(-most)
      .filter(({ line }) => !lines.has(line)),
  ]
}

/** Goes on where the state ends, which is changed in place; `isInLongLine` is true in the midst of a line passed over. */
export const openExcerpt = (state: ExcerptState, isInLongLine = false): Excerptor => {
  const forms = new Set(state.forms)
  let rest: Uint8Array = NOTHING
  let isSkipping = isInLongLine
  const kept = { sharp: newKept(), dull: newKept() }
  let tail: Uint8Array = NOTHING

  const remember = (form: number): void => {
    forms.add(form)
    state.forms.push(form)
    if (state.forms.length <= MAX_FORMS) return
    for (const old of state.forms.splice(0, MAX_FORMS / 2)) forms.delete(old)
  }
  const keep = (line: ExcerptLine, isNew: boolean, tier: Tier): void => {
    const { fresh, last } = kept[tier]
    if (isNew && fresh.length < NEW_LINES[tier] && state.told < MAX_LINES) {
      fresh.push(line)
      state.told += 1
    }
    last.push(line)
    if (last.length >= 2 * LAST_LINES[tier]) last.splice(0, LAST_LINES[tier])
  }
  /** Only the beginning of a long line is looked at. */
  const hearLine = (bytes: Uint8Array, from: number, end: number): void => {
    const to = Math.min(end, from + MAX_LINE_BYTES)
    const loud = loudWords.find(bytes, from, to)
    if (loud < 0) return
    const form = formOf(bytes, from, Math.min(to, from + KEPT_BYTES))
    const isNew = !forms.has(form)
    if (isNew) remember(form)
    const sharp = sharpWords.find(bytes, from, to)
    const text = textOf(bytes, from, to, sharp < 0 ? loud : sharp)
    keep({ line: state.lines + 1, text, isLoud: true }, isNew, sharp < 0 ? 'dull' : 'sharp')
  }
  /** Whole lines; `to` is behind a line break. */
  const readLines = (bytes: Uint8Array, from: number, to: number): void => {
    let at = from
    while (at < to) {
      const loud = loudWords.find(bytes, at, to)
      if (loud < 0) break
      const start = bytes.lastIndexOf(NEWLINE, loud) + 1
      const end = bytes.indexOf(NEWLINE, loud)
      state.lines += newlines(bytes, at, Math.max(at, start))
      hearLine(bytes, Math.max(at, start), end)
      state.lines += 1
      at = end + 1
    }
    state.lines += newlines(bytes, at, to)
  }
  /** A line that does not end within what is looked at: its beginning counts, the rest is passed over. */
  const readLong = (): void => {
    hearLine(rest, 0, rest.length)
    isSkipping = true
    tail = NOTHING
    rest = NOTHING
  }
  const push = (piece: Uint8Array): void => {
    let bytes = piece
    if (isSkipping) {
      const end = piece.indexOf(NEWLINE)
      if (end < 0) return
      isSkipping = false
      state.lines += 1
      bytes = piece.subarray(end + 1)
    }
    if (rest.length > 0) bytes = Buffer.concat([rest, bytes])
    const end = bytes.lastIndexOf(NEWLINE) + 1
    readLines(bytes, 0, end)
    rest = bytes.subarray(end)
    if (end > 0)
      tail = Buffer.concat([tail, bytes.subarray(Math.max(0, end - TAIL_BYTES), end)]).subarray(
        -TAIL_BYTES,
      )
    if (rest.length > MAX_LINE_BYTES) readLong()
  }
  /** The last lines, but for those that are told anyway. */
  const tailLines = (told: ReadonlySet<number>): ExcerptLine[] => {
    // The first of them may be the end of a longer line.
    const whole = tail.length < TAIL_BYTES ? tail : tail.subarray(tail.indexOf(NEWLINE) + 1)
    const texts = readable(whole).split('\n').slice(0, -1)
    return texts
      .map((text, i) => ({
        ...{ line: state.lines - texts.length + 1 + i, isLoud: false },
        text: text.slice(0, KEPT_BYTES).trimEnd(),
      }))
      .filter(({ text }) => text !== '')
      .slice(-TAIL_LINES)
      .filter(({ line }) => !told.has(line))
  }
  const take = (isEnd: boolean): ExcerptLine[] => {
    if (isEnd && rest.length > 0) push(Uint8Array.of(NEWLINE))
    const lines = [
      ...takeKept(kept.sharp, LAST_LINES.sharp),
      ...takeKept(kept.dull, LAST_LINES.dull),
    ]
    lines.sort((a, b) => a.line - b.line)
    if (!isEnd) return lines
    const told = new Set(lines.map(({ line }) => line))
    return [...lines, ...tailLines(told)].sort((a, b) => a.line - b.line)
  }
  return { push, take }
}
