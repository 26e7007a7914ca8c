/** Scores of one set: macro F1 of the kinds, and how often the decisive line is among the first ones shown. */

import { hearLine, newLedger, type Ledger } from '../../processors/failure-kind/ledger.ts'
import { judge } from '../../processors/failure-kind/judge.ts'
import type { Model } from '../../processors/processor.ts'
import { newExcerptState, openExcerpt } from '../../producers/log/excerpt.ts'
import type { FailureKindName } from '../../schemas/events.ts'
import type { LabelledLog } from './labelled-log.ts'

const PIECE = 65_536
/** "Show the last 20 lines". */
const TAIL = 20
/** What people grep for. */
const GREP = /error|fail|fatal|exception/i

export interface Told {
  readonly kind: FailureKindName
  readonly confidence: number
  readonly lines: readonly number[]
}

/** Pieces after which what was picked is handed on, as by a source that reads a log as it grows. */
const READING_PIECES = 16

/** What is kept of a log, by the very code that serves. */
export const ledgerOf = (bytes: Uint8Array, without?: string): Ledger => {
  const state = newExcerptState()
  const excerpt = openExcerpt(state)
  const ledger = newLedger('log')
  for (let at = 0, piece = 1; at < bytes.length; at += PIECE, piece += 1) {
    excerpt.push(bytes.subarray(at, at + PIECE))
    const isEnd = at + PIECE >= bytes.length
    if (piece % READING_PIECES === 0 || isEnd)
      for (const line of excerpt.take(isEnd)) hearLine(ledger, line, without)
  }
  ledger.lines = state.lines
  return ledger
}

const classify = (bytes: Uint8Array, without?: string, model?: Model): Told => {
  const { kind, confidence, ranked } = judge([ledgerOf(bytes, without)], model)
  return { kind, confidence, lines: ranked.map(({ candidate }) => candidate.line) }
}

const textLines = (bytes: Uint8Array): { line: number; text: string }[] =>
  Buffer.from(bytes)
    .toString('utf8')
    .split('\n')
    .map((text, i) => ({ line: i + 1, text }))
    .filter(({ text }) => text.trim() !== '')

const tailOf = (bytes: Uint8Array): Told => {
  const tail = textLines(bytes).slice(-TAIL)
  const ledger = newLedger('log')
  for (const { line, text } of tail)
    hearLine(ledger, { line, text: text.slice(0, 400), isLoud: true })
  ledger.lines = tail.at(-1)?.line ?? 0
  const { kind, confidence } = judge([ledger])
  return { kind, confidence, lines: tail.map(({ line }) => line).reverse() }
}
const grepOf = (bytes: Uint8Array): Told => ({
  kind: 'unknown',
  confidence: 0,
  lines: textLines(bytes)
    .filter(({ text }) => GREP.test(text))
    .map(({ line }) => line),
})

/**
 * What is scored: all rules; those that were not learned from the set; the same with the model; the rules on the last lines alone;
 * and what grep shows first.
 */
export const WAYS = [
  'rules',
  'rules but its own',
  'rules and model',
  'last 20 lines',
  'grep',
] as const
export type Way = (typeof WAYS)[number]

export const toldOf = (way: Way, { bytes }: LabelledLog, set: string, model?: Model): Told => {
  switch (way) {
    case 'rules':
      return classify(bytes)
    case 'rules but its own':
      return classify(bytes, set)
    case 'rules and model':
      return classify(bytes, set, model)
    case 'last 20 lines':
      return tailOf(bytes)
    case 'grep':
      return grepOf(bytes)
  }
}

/** Mean over kinds of 2·right / (told + true); only kinds that are true somewhere count. */
export const macroF1 = (cases: readonly { truth: readonly string[]; told: string }[]): number => {
  const right = new Map<string, number>()
  const total = new Map<string, number>()
  const add = (to: Map<string, number>, kind: string): unknown =>
    to.set(kind, (to.get(kind) ?? 0) + 1)
  const kinds = new Set<string>()
  for (const { truth, told } of cases) {
    const real = truth.includes(told) ? told : (truth[0] ?? '')
    kinds.add(real)
    add(total, real)
    add(total, told)
    if (real === told) add(right, real)
  }
  const f1 = [...kinds].map((kind) => (2 * (right.get(kind) ?? 0)) / (total.get(kind) ?? 1))
  return f1.reduce((a, b) => a + b, 0) / Math.max(1, f1.length)
}

export const isHit = ({ decisive }: LabelledLog, lines: readonly number[]): boolean =>
  (decisive ?? []).some(([first, last]) => lines.some((line) => line >= first && line <= last))

/** Mean distance between how sure was told and how often it was right, over tenths, each weighed by its cases. */
export const confidenceError = (
  cases: readonly { readonly confidence: number; readonly isRight: boolean }[],
): number => {
  const bins = Map.groupBy(cases, ({ confidence }) => Math.min(9, Math.floor(confidence * 10)))
  let sum = 0
  for (const bin of bins.values()) {
    const sure = bin.reduce((total, { confidence }) => total + confidence, 0)
    const right = bin.filter(({ isRight }) => isRight).length
    sum += Math.abs(sure - right)
  }
  return sum / Math.max(1, cases.length)
}
