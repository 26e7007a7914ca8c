/** Finds KPIs of jobs, repositories and clusters beyond their limits. */

import type { Kpi, RunRef } from '../../../schemas/events.ts'
import { keyParts } from '../../../schemas/keys.ts'
import type { Effect, Processor } from '../../processor.ts'
import { findHeld, type Place } from '../held.ts'
import type { KpiRule } from '../rule.ts'
import { rulesOf, settingsOf, type Rule, type Settings } from '../settings.ts'
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
    const { ref, name, place } = aboutOf(kpi)
    const settings = settingsOf(tables)
    const findings = looksOf(settings, kpi).flatMap(({ rule, look }): Finding[] => {
      const value = kpi.values.find((each) => each.kpi === look.kpi)
      if (look.window !== kpi.window || value === undefined) return []
      const isHeld = findHeld(heldOf(cells), rule.name, place) !== undefined
      return [
        {
          rule,
          isRaised: look.isRaised(value, rule.limits, isHeld),
          place,
          words: () => look.words(name, value),
          verdict: `it is within its limits again (${look.kpi} over ${look.window})`,
        },
      ]
    })
    const { eventId, eventAt } = kpi
    return settle(cells, findings, { causeId: eventId, eventAt, now, ref }, settings)
  },
}

/** A rule, and what it looks for in a KPI. */
interface Look {
  readonly rule: Rule
  readonly look: Pick<KpiRule, 'kpi' | 'window' | 'isRaised' | 'words'>
}
const looksOf = (settings: Settings, { dimension }: Kpi): readonly Look[] =>
  dimension === PEERS
    ? rulesOf(settings, 'cluster').map((rule) => ({ rule, look: rule.row.beside }))
    : rulesOf(settings, 'kpi')
        .filter(({ row }) => row.dimensions.includes(dimension))
        .map((rule) => ({ rule, look: rule.row }))
const PEERS = 'peers'

/** Whom a KPI is about, by name: a job, a repository, a source, or a cluster, which telemetry may tell of too. */
const aboutOf = ({ dimension, subject }: Kpi): { ref: RunRef; name: string; place: Place } => {
  const [source = '', ...rest] = dimension === 'community' ? [subject] : keyParts(subject)
  const [repo = '', job = ''] = dimension === PEERS ? [] : rest
  const ref = { source, repo, job, runId: '', attempt: 0 }
  const name = rest.at(-1) ?? source
  const about = dimension === PEERS ? `cluster/${name}` : name
  return { ref, name, place: { subject: about, member: dimension } }
}
