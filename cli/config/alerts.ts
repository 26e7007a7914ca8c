/** The section `alerts` of the configuration: rules that differ from the alert table, own rules, owners of jobs. */

import type { FieldTable } from '../../producers/config/fields.ts'
import {
  isTable,
  readFields,
  type Reading,
  type Values,
} from '../../producers/config/read-fields.ts'
import type { AlertRule } from '../../processors/incidents/rule.ts'
import { ALERT_RULES } from '../../processors/incidents/rules/index.ts'
import { SETTINGS_KEY } from '../../processors/incidents/settings.ts'
import type { AlertOwner, AlertRuleSetting, AlertSettings } from '../../schemas/events.ts'
import { derivedId } from '../../schemas/ids.ts'

const SEVERITY = /^(?:info|warning|critical)$/
const MATCH_FIELDS = {
  match: {
    type: 'list',
    doc: 'Names of jobs it is for; `*` stands for any text. Without it, all.',
  },
  source: { type: 'text', doc: 'Source of the jobs; without it, any.' },
  repo: { type: 'text', doc: 'Repository of the jobs; `*` stands for any text. Without it, any.' },
} as const satisfies FieldTable

/** Keys of one item of `alerts.owners`. */
export const OWNER_FIELDS = {
  ...MATCH_FIELDS,
  owner: {
    type: 'text',
    doc: 'Who owns these jobs, as it is written in messages. The first item that fits.',
  },
} as const satisfies FieldTable

/** Keys of one item of `alerts.rules`, beside the limits of its rule. */
export const RULE_FIELDS = {
  rule: { type: 'text', doc: 'Row of the alert table (docs/alerts.md).' },
  name: {
    type: 'text',
    doc: 'Name of an own rule made of that row, beside it. Without it, the row itself is changed.',
    pattern: /^[a-z][a-z0-9-]{0,60}$/,
  },
  on: { type: 'flag', doc: 'False switches it off.', otherwise: true },
  ...MATCH_FIELDS,
  severity: {
    type: 'text',
    doc: '`info`, `warning` or `critical`. Without it, as in the table.',
    pattern: SEVERITY,
  },
  owner: { type: 'text', doc: 'Who is to look at it. Without it, the owner of the job.' },
  runbook: { type: 'url', doc: 'Page that says what to do.' },
  cool_down: {
    type: 'text',
    doc: 'An incident that comes back so soon after its close is the same, as in `6h`. Without it, as in the table.',
    pattern: /^\d{1,4}[smhd]$/,
  },
} as const satisfies FieldTable

const limitFields = (row: AlertRule): FieldTable =>
  Object.fromEntries(
    Object.entries(row.limits).map(([name, { doc, unit, range, otherwise }]) => [
      name,
      { type: 'number' as const, doc, unit, range, otherwise },
    ]),
  )

const SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3_600, d: 86_400 }
const secondsOf = (text: string | null): number | null =>
  text === null ? null : Number(text.slice(0, -1)) * (SECONDS[text.slice(-1)] ?? 0)

type Texts = Readonly<Record<string, string | null>>

const readRule = (given: unknown, place: string, outer: Reading): AlertRuleSetting[] => {
  const rows = ALERT_RULES.map(({ name }) => name)
  const row = ALERT_RULES.find(({ name }) => isTable(given) && given['rule'] === name)
  if (!isTable(given) || row === undefined) {
    outer.problems.push(`${place}.rule takes one of ${rows.join(', ')}`)
    return []
  }
  const limits = limitFields(row)
  const before = outer.problems.length
  const values = readFields({ ...RULE_FIELDS, ...limits }, given, { ...outer, where: `${place}.` })
  const { name, source, repo, severity, owner, runbook, cool_down: coolDown } = values as Texts
  if (name != null && rows.includes(name) && name !== row.name)
    outer.problems.push(`${place}.name is that of another row of the table`)
  if (outer.problems.length > before) return []
  return [
    {
      name: name ?? row.name,
      rule: row.name,
      isOn: values['on'] === true,
      match: [...(values['match'] as readonly string[])],
      ...{ source: source ?? null, repo: repo ?? null, severity: severity ?? null },
      ...{ owner: owner ?? null, runbook: runbook ?? null },
      coolDownSeconds: secondsOf(coolDown ?? null),
      limits: Object.fromEntries(
        Object.keys(limits)
          .filter((limit) => Object.hasOwn(given, limit))
          .map((limit) => [limit, values[limit] as number]),
      ),
    },
  ]
}

const readOwner = (given: unknown, place: string, outer: Reading): AlertOwner[] => {
  if (!isTable(given)) {
    outer.problems.push(`${place} takes a table of keys`)
    return []
  }
  const before = outer.problems.length
  const values = readFields(OWNER_FIELDS, given, { ...outer, where: `${place}.` })
  if (values['owner'] === null) outer.problems.push(`${place}.owner is missing`)
  if (outer.problems.length > before) return []
  const { source, repo, owner } = values as Texts
  const match = [...(values['match'] as readonly string[])]
  return [{ match, source: source ?? null, repo: repo ?? null, owner: owner ?? '' }]
}

const listOf = (given: Values, key: string, { problems }: Reading): readonly unknown[] => {
  const list = given[key] ?? []
  if (Array.isArray(list)) return list as unknown[]
  problems.push(`alerts.${key} takes a list`)
  return []
}

/** What the section says; problems are added to those of the reading. */
export const readAlerts = (
  given: unknown,
  reading: Reading,
): Pick<AlertSettings, 'rules' | 'owners'> => {
  const section = given ?? {}
  if (!isTable(section)) {
    reading.problems.push('alerts takes a table of keys')
    return { rules: [], owners: [] }
  }
  for (const key of Object.keys(section))
    if (key !== 'rules' && key !== 'owners')
      reading.problems.push(`alerts.${key} is not known; known are rules, owners`)
  const rules = listOf(section, 'rules', reading).flatMap((item, index) =>
    readRule(item, `alerts.rules[${index}]`, reading),
  )
  const names = rules.map(({ name }) => name)
  for (const [index, name] of names.entries())
    if (names.indexOf(name) < index) reading.problems.push(`alerts.rules: two are named ${name}`)
  const owners = listOf(section, 'owners', reading).flatMap((item, index) =>
    readOwner(item, `alerts.owners[${index}]`, reading),
  )
  return { rules, owners }
}

/** The record of settings; its id is that of what it says, so that the same twice is one. */
export const settingsRecord = (
  settings: Pick<AlertSettings, 'rules' | 'owners'>,
  at: number,
): AlertSettings => ({
  eventId: derivedId(JSON.stringify(settings), 'alert-settings'),
  eventAt: at,
  observedAt: at,
  name: SETTINGS_KEY,
  ...settings,
})
