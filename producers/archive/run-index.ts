/** What rows said about each run, kept beside the offers: to know repeats, and to give a test the end of its run. */

import { runKey } from '../../schemas/keys.ts'
import type { RunReading, RunSpan } from './normalize.ts'
import type { Sorter } from './sorter.ts'

const COMPARED = ['outcome', 'startedAt', 'group', 'branch', 'sha', 'trigger'] as const
type Said = RunSpan & Readonly<Record<string, string | number | null>>

const saidOf = ({ facts, heardEndAt, wallSeconds }: RunReading): Said => {
  const last = facts.at(-1)
  const times = Object.fromEntries(facts.map((fact) => [`${fact.kind} time`, fact.observedAt]))
  const values = Object.fromEntries(COMPARED.map((field) => [field, last?.[field] ?? null]))
  return { ...values, ...times, heardEndAt, wallSeconds }
}

/** Span of a run that was read before, null for a run that was not. */
export const knownRun = (sorter: Sorter, run: string): RunSpan | null => {
  const said = sorter.said(run)
  return said === undefined ? null : (JSON.parse(said) as Said)
}

/**
 * Remembers a run row. `isRepeat`: its run was there before; `differences` names what the rows say differently,
 * empty where one only adds to the other.
 */
export const remember = (
  sorter: Sorter,
  reading: RunReading,
): { readonly isRepeat: boolean; readonly differences: string } => {
  const run = runKey(reading.run)
  const text = sorter.said(run)
  const said = saidOf(reading)
  if (text === undefined) {
    sorter.setSaid(run, JSON.stringify(said))
    return { isRepeat: false, differences: '' }
  }
  const before = JSON.parse(text) as Said
  const differs = (name: string): boolean =>
    before[name] != null && said[name] != null && before[name] !== said[name]
  const differences = Object.keys(said).filter(
    (name) => name !== 'heardEndAt' && name !== 'wallSeconds' && differs(name),
  )
  // The earlier end, so that the order of the rows does not matter.
  const ends = [before.heardEndAt, said.heardEndAt].filter((end) => end !== null)
  const known = Object.entries(said).filter(([, value]) => value !== null)
  const merged = {
    ...before,
    ...Object.fromEntries(known),
    heardEndAt: ends.length > 0 ? Math.min(...ends) : null,
  }
  sorter.setSaid(run, JSON.stringify(merged))
  return { isRepeat: true, differences: differences.join(', ') }
}
