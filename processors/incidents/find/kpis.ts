/** Finds KPIs of jobs, repositories and communities beyond their limits. */

import type { Kpi, RunRef } from '../../../schemas/events.ts'
import { keyParts } from '../../../schemas/keys.ts'
import type { Effect, Processor } from '../../processor.ts'
import { findHeld } from '../held.ts'
import { rulesOf, settingsOf } from '../settings.ts'
import { heldOf, HELD_CELLS, settle, type Finding } from './one.ts'

const NO_EFFECTS: readonly Effect[] = []
/** Windows that any rule of the table looks at; most records are of others. */
const WINDOWS: ReadonlySet<string> = new Set(['24h', '7d'])

export const kpiAlerts: Processor = {
  name: 'kpi-alerts',
  inputs: ['ci.kpis.v1'],
  broadcasts: ['ci.alert-settings.v1'],
  outputs: ['ci.symptoms.v1'],
  cells: HELD_CELLS,
  wants: (record) => WINDOWS.has((record as Kpi).window),
  step: (cells, _key, input, now, tables) => {
    if (input.kind === 'timer') return NO_EFFECTS
    const kpi = input.record as Kpi
    const ref = refOf(kpi)
    const findings = rulesOf(settingsOf(tables), 'kpi').flatMap((rule): Finding[] => {
      const { row, limits } = rule
      if (row.window !== kpi.window || !row.dimensions.includes(kpi.dimension)) return []
      const value = kpi.values.find((each) => each.kpi === row.kpi)
      if (value === undefined) return []
      const subject = ref.job === '' ? ref.repo : ref.job
      const place = { subject: subject === '' ? ref.source : subject, member: kpi.dimension }
      const isHeld = findHeld(heldOf(cells), rule.name, place) !== undefined
      return [
        {
          rule,
          isRaised: row.isRaised(value, limits, isHeld),
          place,
          words: () => row.words(place.subject, value),
          verdict: `it is within its limits again (${row.kpi} over ${row.window})`,
        },
      ]
    })
    if (findings.length === 0) return NO_EFFECTS
    const { eventId, eventAt } = kpi
    return settle(cells, findings, { causeId: eventId, eventAt, now, ref })
  },
}

/** Whom a KPI is about: a job, a repository, or a source. */
const refOf = ({ dimension, subject }: Kpi): RunRef => {
  const [source = '', repo = '', job = ''] =
    dimension === 'community' ? [subject] : keyParts(subject)
  return { source, repo, job, runId: '', attempt: 0 }
}
