/** THE table of KPIs of sources: how well each could be heard. `docs/sources.md` lists the same; a test compares both. */

import type { KpiValue } from '../../schemas/events.ts'
import { heardWithin, type Course } from './course.ts'

type Value = Omit<KpiValue, 'kpi'>
export type SourceWindow = 'now' | '24h' | '7d'

interface SourceKpi {
  readonly name: string
  readonly unit: 'ratio' | 'outages' | 'seconds'
  readonly windows: readonly SourceWindow[]
  /** Definition, numerator over denominator, for the documentation. */
  readonly doc: string
  readonly value: (course: Course, from: number, asOf: number) => Value
}

const DAY_MS = 86_400_000
export const WINDOW_MS: Readonly<Record<SourceWindow, number>> = {
  now: 0,
  '24h': DAY_MS,
  '7d': 7 * DAY_MS,
}
export const LONGEST_MS = WINDOW_MS['7d']

const NOTHING: Value = {
  ...{ value: null, numerator: null, denominator: null },
  ...{ low: null, high: null, n: 0, compat: null },
}

export const SOURCE_KPIS: readonly SourceKpi[] = [
  {
    name: 'source_heard_share',
    unit: 'ratio',
    windows: ['24h', '7d'],
    doc: 'seconds in which its last round had gone well / seconds since it was first asked, within the window; n is the outages in it',
    value: (course, from, asOf) => {
      const { heardMs, knownMs, outages } = heardWithin(course, from, asOf)
      if (knownMs === 0) return NOTHING
      const [numerator, denominator] = [heardMs / 1000, knownMs / 1000]
      return { ...NOTHING, value: heardMs / knownMs, numerator, denominator, n: outages }
    },
  },
  {
    name: 'source_outages',
    unit: 'outages',
    windows: ['24h', '7d'],
    doc: 'times it began not to be heard within the window',
    value: (course, from, asOf) => {
      const { knownMs, outages } = heardWithin(course, from, asOf)
      return knownMs === 0 ? NOTHING : { ...NOTHING, value: outages, n: outages }
    },
  },
  {
    name: 'source_silence',
    unit: 'seconds',
    windows: ['now'],
    doc: 'now − the instant from which on it was not heard, 0 while it is; the numerator is that instant in ms',
    value: ({ changes }, _from, asOf) => {
      const last = changes.at(-1)
      if (last === undefined) return NOTHING
      if (last.isHeard) return { ...NOTHING, value: 0, n: 1 }
      return { ...NOTHING, value: Math.max(0, asOf - last.at) / 1000, numerator: last.at, n: 1 }
    },
  },
]
