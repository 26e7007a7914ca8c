/** Alert rules as they are in force: the table, changed and added to by what was configured (ci.alert-settings.v1). */

import type { AlertOwner, AlertRuleSetting, AlertSettings } from '../../schemas/events.ts'
import type { JobMatch } from '../../schemas/glob.ts'
import type { Tables } from '../processor.ts'
import { HOUR, type AlertRule, type Severity } from './rule.ts'
import { ALERT_RULES } from './rules/index.ts'

export const SETTINGS_KEY = 'alerts'
export type Kind = AlertRule['of']
export type RowOf<K extends Kind> = Extract<AlertRule, { of: K }>

/** A row of the table with what was configured of it. */
export interface Rule<R extends AlertRule = AlertRule> {
  readonly name: string
  readonly row: R
  readonly limits: Readonly<Record<string, number>>
  readonly severity: Severity
  readonly owner: string | null
  readonly runbook: string | null
  readonly coolDownMs: number
  readonly match: JobMatch
}
export interface Settings {
  readonly rules: readonly Rule[]
  readonly byKind: ReadonlyMap<Kind, readonly Rule[]>
  readonly byName: ReadonlyMap<string, Rule>
  /** Rules of the table and configured ones by name, also those that are switched off. */
  readonly known: ReadonlyMap<string, Rule>
  readonly owners: readonly AlertOwner[]
  /** Since when they are in force; 0 for the table alone. Unit: milliseconds. */
  readonly since: number
}

const EVERY_JOB: JobMatch = { match: [], source: null, repo: null }
const limitsOf = (row: AlertRule): Record<string, number> =>
  Object.fromEntries(Object.entries(row.limits).map(([name, { otherwise }]) => [name, otherwise]))

const plain = (row: AlertRule): Rule => ({
  name: row.name,
  row,
  limits: limitsOf(row),
  severity: row.severity,
  owner: null,
  runbook: null,
  coolDownMs: row.coolDownMs,
  match: EVERY_JOB,
})

const isSeverity = (word: string | null): word is Severity =>
  word === 'info' || word === 'warning' || word === 'critical'

const configured = (row: AlertRule, set: AlertRuleSetting): Rule => ({
  name: set.name,
  row,
  limits: { ...limitsOf(row), ...set.limits },
  severity: isSeverity(set.severity) ? set.severity : row.severity,
  owner: set.owner,
  runbook: set.runbook,
  coolDownMs: set.coolDownSeconds === null ? row.coolDownMs : set.coolDownSeconds * 1000,
  match: set,
})

/** The table with what was configured of it and beside it. */
export const settingsFrom = (
  rules: readonly AlertRuleSetting[],
  owners: readonly AlertOwner[],
  since: number,
): Settings => {
  const rowOf = (name: string): AlertRule | undefined =>
    ALERT_RULES.find((row) => row.name === name)
  const changed = new Set(rules.map(({ name }) => name))
  const known = [
    ...ALERT_RULES.filter(({ name }) => !changed.has(name)).map(plain),
    // A rule of a later version, or of an earlier one, is none here.
    ...rules.flatMap((set) => {
      const row = rowOf(set.rule)
      return row === undefined ? [] : [configured(row, set)]
    }),
  ]
  const off = new Set(rules.filter(({ isOn }) => !isOn).map(({ name }) => name))
  const inForce = known.filter(({ name }) => !off.has(name))
  const byKind = new Map<Kind, Rule[]>()
  for (const rule of inForce) byKind.set(rule.row.of, [...(byKind.get(rule.row.of) ?? []), rule])
  return {
    rules: inForce,
    byKind,
    byName: new Map(inForce.map((rule) => [rule.name, rule])),
    known: new Map(known.map((rule) => [rule.name, rule])),
    owners,
    since,
  }
}

const TABLE_ALONE = settingsFrom([], [], 0)
const prepared = new WeakMap<AlertSettings, Settings>()

/** What is in force at this instant. */
export const settingsOf = (tables: Tables): Settings => {
  const record = tables.get('ci.alert-settings.v1', SETTINGS_KEY)
  if (record === undefined) return TABLE_ALONE
  const known = prepared.get(record)
  if (known !== undefined) return known
  const since = (Math.floor(record.observedAt / HOUR) + 1) * HOUR
  const made = settingsFrom(record.rules, record.owners, since)
  prepared.set(record, made)
  return made
}

const NO_RULES: readonly Rule[] = []
/** Rules of one kind. */
export const rulesOf = <K extends Kind>(settings: Settings, kind: K): readonly Rule<RowOf<K>>[] =>
  (settings.byKind.get(kind) ?? NO_RULES) as readonly Rule<RowOf<K>>[]
