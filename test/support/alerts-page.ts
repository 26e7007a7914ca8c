/** The tables of docs/alerts.md, written from the alert table. */

import { ALERT_RULES } from '../../processors/incidents/rules/index.ts'
import { DAY, HOUR } from '../../processors/incidents/rule.ts'

const cell = (text: string): string => text.replaceAll('|', '\\|')
const spanOf = (ms: number): string => (ms >= DAY ? `${ms / DAY} d` : `${ms / HOUR} h`)

const rulesTable = (): string =>
  [
    '| | rule | severity | one per | when, and when it is over | cool-down | right when |',
    '| --- | --- | --- | --- | --- | --- | --- |',
    ...ALERT_RULES.map(
      ({ code, name, severity, per, doc, coolDownMs, rightWhen, isDigest }) =>
        `| ${code} | \`${name}\` | ${severity}${isDigest === true ? ', daily' : ''} | ${per} | ${cell(doc)} | ${spanOf(coolDownMs)} | ${rightWhen ?? '—'} |`,
    ),
  ].join('\n')

const limitsTable = (): string =>
  [
    '| rule | limit | default | takes | what |',
    '| --- | --- | --- | --- | --- |',
    ...ALERT_RULES.flatMap(({ name, limits }) =>
      Object.entries(limits).map(
        ([limit, { otherwise, range, unit, doc }]) =>
          `| \`${name}\` | \`${limit}\` | ${otherwise} | ${range[0]} to ${range[1]} (${unit}) | ${cell(doc)} |`,
      ),
    ),
  ].join('\n')

const swallowsTable = (): string =>
  [
    '| while this is open | these are part of it |',
    '| --- | --- |',
    ...ALERT_RULES.filter(({ swallows }) => swallows !== undefined).map(
      ({ name, swallows = [] }) =>
        `| \`${name}\` | ${swallows.map((each) => `\`${each}\``).join(', ')} |`,
    ),
  ].join('\n')

/** What stands between the markers of the page, by their names. */
export const ALERT_TABLES: Readonly<Record<string, () => string>> = {
  rules: rulesTable,
  limits: limitsTable,
  swallows: swallowsTable,
}
