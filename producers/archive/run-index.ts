/** What rows said about each run, kept beside the offers: to know repeats, and to give a test the end of its run. */

import { runKey } from '../../schemas/keys.ts'
import type { RunReading, RunSpan } from './normalize.ts'
import type { Sorter } from '../../runtime/embedded/sorter.ts'

/** What is kept of a run, in this order; the first two are its span. */
const KEPT = ['heardEndAt', 'wallSeconds', 'queue time', 'start', 'end'] as const
const COMPARED = ['outcome', 'group', 'branch', 'sha', 'trigger'] as const
const NAMES: readonly string[] = [...KEPT, ...COMPARED]
type Said = readonly (string | number | null)[]

const saidOf = ({ facts, heardEndAt, wallSeconds }: RunReading): Said => {
  const timeOf = (kind: string): number | null =>
    facts.find((fact) => fact.kind === kind)?.observedAt ?? null
  const last = facts.at(-1)
  return [
    heardEndAt,
    wallSeconds,
    timeOf('queued'),
    timeOf('started'),
    timeOf('finished'),
    ...COMPARED.map((field) => last?.[field] ?? null),
  ]
}

/** Span of a run that was read before, null for a run that was not. */
export const knownRun = (sorter: Sorter, run: string): RunSpan | null => {
  const text = sorter.said(run)
  if (text === undefined) return null
  const [heardEndAt, wallSeconds] = JSON.parse(text) as [number | null, number | null]
  return { heardEndAt, wallSeconds }
}

// The earlier end, so that the order of the rows does not matter.
const merged = (before: Said, said: Said): Said =>
  said.map((value, index) => {
    const other = before[index] ?? null
    if (value === null || other === null) return value ?? other
    return other < value ? other : value
  })

/**
 * Remembers a run row. `isRepeat`: its run was there before; `differences` names what the rows say differently,
 * empty where one only adds to the other.
 */
export const remember = (
  sorter: Sorter,
  reading: RunReading,
): { readonly isRepeat: boolean; readonly differences: string } => {
  const run = runKey(reading.run)
  const said = saidOf(reading)
  if (sorter.sayFirst(run, JSON.stringify(said))) return { isRepeat: false, differences: '' }
  const before = JSON.parse(sorter.said(run) ?? '[]') as Said
  const differences = NAMES.filter((_, index) => {
    const [one, other] = [before[index] ?? null, said[index] ?? null]
    return index > 1 && one !== null && other !== null && one !== other
  })
  sorter.say(run, JSON.stringify(merged(before, said)))
  return { isRepeat: true, differences: differences.join(', ') }
}
