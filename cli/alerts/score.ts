/** How often each rule would have spoken over recorded CI, and how often it was right by what happened next. */

import type { Incident } from '../../schemas/events.ts'
import { wilson, Z95 } from '../../schemas/measures.ts'
import type { Told } from './run.ts'

const DAY_MS = 86_400_000

export interface RuleTally {
  readonly rule: string
  /** Messages: incidents opened (one that comes back within its cool-down is the same), or days with a digest. */
  readonly sent: number
  readonly perDay: number
  readonly reopened: number
  /** Findings that held them open, and those that were part of another incident. */
  readonly findings: number
  readonly swallowed: number
  readonly right: number
  readonly wrong: number
}

interface Counting {
  opened: number
  reopened: number
  days: Set<number>
  /** Counts of each incident since it was opened last, and of those before. */
  readonly now: Map<string, Incident>
  readonly past: Incident[]
}

const countingOf = (): Counting => ({
  opened: 0,
  reopened: 0,
  days: new Set(),
  now: new Map(),
  past: [],
})

const take = (counting: Counting, record: Incident): void => {
  const { incident, state, reopened, openedAt } = record
  if (state === 'open' && reopened > 0) counting.reopened += 1
  if (state === 'open' && reopened === 0) counting.opened += 1
  if (state === 'open') counting.days.add(Math.floor(record.observedAt / DAY_MS))
  const before = counting.now.get(incident)
  if (before !== undefined && before.openedAt !== openedAt) counting.past.push(before)
  counting.now.set(incident, record)
}

const sumOf = (counting: Counting, field: 'held' | 'swallowed' | 'right' | 'wrong'): number =>
  [...counting.past, ...counting.now.values()].reduce((sum, record) => sum + record[field], 0)

export const tally = ({ incidents, from, to }: Told): RuleTally[] => {
  const byRule = new Map<string, Counting>()
  const digests = new Set<string>()
  for (const record of incidents) {
    const counting = byRule.get(record.alert) ?? countingOf()
    byRule.set(record.alert, counting)
    if (record.isDigest) digests.add(record.alert)
    take(counting, record)
  }
  const days = Math.max(1, (to - from) / DAY_MS)
  return [...byRule].map(([rule, counting]) => {
    const sent = digests.has(rule) ? counting.days.size : counting.opened
    return {
      ...{ rule, sent, perDay: sent / days, reopened: counting.reopened },
      findings: sumOf(counting, 'held'),
      swallowed: sumOf(counting, 'swallowed'),
      right: sumOf(counting, 'right'),
      wrong: sumOf(counting, 'wrong'),
    }
  })
}

const share = (right: number, wrong: number): string => {
  if (right + wrong === 0) return '—'
  const { low, high } = wilson(right / (right + wrong), right + wrong, Z95)
  return `${(right / (right + wrong)).toFixed(2)} [${low.toFixed(2)}, ${high.toFixed(2)}]`
}

/** One line a rule. */
export const tallyTable = (name: string, told: Told): string => {
  const days = Math.max(1, (told.to - told.from) / DAY_MS)
  const rows = tally(told).sort((a, b) => b.sent - a.sent)
  const sent = rows.reduce((sum, row) => sum + row.sent, 0)
  const lines = rows.map((row) =>
    [
      row.rule.padEnd(22),
      String(row.sent).padStart(6),
      row.perDay.toFixed(2).padStart(8),
      String(row.reopened).padStart(9),
      String(row.findings).padStart(9),
      String(row.swallowed).padStart(10),
      String(row.right).padStart(6),
      String(row.wrong).padStart(6),
      `  ${share(row.right, row.wrong)}`,
    ].join(''),
  )
  return [
    `${name}: ${days.toFixed(1)} days, ${sent} messages, ${(sent / days).toFixed(2)} a day`,
    'rule                     sent   a day reopened findings swallowed  right wrong  share right [95 %]',
    ...lines,
    '',
  ].join('\n')
}
