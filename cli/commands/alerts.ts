/** `stopline alerts`: the rules, what one of them would have sent over recorded CI, and how often all were right. */

import { basename, resolve } from 'node:path'
import { ALERT_RULES } from '../../processors/incidents/rules/index.ts'
import { settingsFrom, type Rule } from '../../processors/incidents/settings.ts'
import { CONFIG_FILE, systemPorts } from '../../producers/config/config.ts'
import type { AlertRuleSetting, AlertSettings, Incident } from '../../schemas/events.ts'
import { tellOver, type Told } from '../alerts/run.ts'
import { configuredAlerts } from '../alerts/settings.ts'
import { tally, tallyTable } from '../alerts/score.ts'
import {
  EXIT,
  JSON_OPTION,
  textOption,
  UsageError,
  type Command,
  type Invocation,
} from '../command.ts'
import { readAlerts, settingsRecord } from '../config/alerts.ts'
import { MODELS_OPTION, unseenModelsOf } from '../models.ts'
import { printable } from '../printable.ts'
import { printProblems } from './replay.ts'

export const alerts: Command = {
  name: 'alerts',
  takes: 'list | try RULE DIR... | score DIR...',
  minArguments: 1,
  maxArguments: 52,
  summary:
    'show alert rules; see what they would have sent over recorded CI, and how often they were right',
  help: `list shows each rule with its limits, as configured. try RULE DIR... runs the pipeline over recorded CI in memory and prints every
message that RULE would have sent; --set changes its limits for the trial. score DIR... prints for each folder how many
messages each rule would have sent a day, and how many of its findings were right by what happened next (docs/alerts.md).`,
  options: {
    config: {
      type: 'string',
      value: 'FILE',
      doc: `Rules as configured there (section alerts). Default: ${CONFIG_FILE}, if it is there.`,
    },
    set: {
      type: 'string',
      value: 'LIMIT=N,...',
      doc: 'Limits of the rule that is tried, such as failures=5,passes=1.',
    },
    models: MODELS_OPTION,
    json: JSON_OPTION,
  },
  run: async (invocation) => {
    const [act, ...rest] = invocation.positionals
    if (act === 'list' && rest.length === 0) return list(invocation)
    if (act === 'try' && rest.length >= 2) return tryRule(invocation, rest[0] ?? '', rest.slice(1))
    if (act === 'score' && rest.length >= 1) return score(invocation, rest)
    throw new UsageError('alerts takes list, try RULE DIR... or score DIR...')
  },
}

/** The table, with what is configured of it and beside it. */
const list = (invocation: Invocation): number => {
  const from = configuredAlerts(invocation)
  const { known, byName } = settingsFrom(from.rules, from.owners, 0)
  const rules = [...known.values()]
    .map((rule) => ({ ...rule, on: byName.has(rule.name) }))
    .sort((a, b) => ALERT_RULES.indexOf(a.row) - ALERT_RULES.indexOf(b.row))
  process.stdout.write(
    invocation.values['json'] === true
      ? `${JSON.stringify(rules.map(recordOfRule))}\n`
      : rules.map(linesOf).join(''),
  )
  return EXIT.ok
}
type Listed = Rule & { readonly on: boolean }

const recordOfRule = ({ name, row, severity, limits, on, owner, match }: Listed): object => ({
  ...{ name, code: row.code, rule: row.name, on, severity, doc: row.doc, limits, owner },
  ...{ match: match.match, source: match.source, repo: match.repo },
})

const linesOf = ({ name, row, severity, limits, on, owner, match }: Listed): string => {
  const said = [
    ...Object.entries(limits).map(([limit, value]) => `${limit} ${value}`),
    ...(on ? [] : ['switched off']),
    ...(name === row.name ? [] : [`made of ${row.name}`]),
    ...(match.match.length === 0 ? [] : [`for jobs ${match.match.join(' ')}`]),
    ...(match.source === null ? [] : [`for source ${match.source}`]),
    ...(match.repo === null ? [] : [`for repository ${match.repo}`]),
    ...(owner === null ? [] : [`owner ${owner}`]),
  ]
  const head = `${row.code.padEnd(4)}${name.padEnd(22)}${severity.padEnd(10)}${row.doc}`
  return said.length === 0 ? `${head}\n` : `${head}\n${''.padEnd(36)}${said.join(', ')}\n`
}

type Configured = Pick<AlertSettings, 'rules' | 'owners'>

/** The rule with the limits of `--set`, checked like those of a file. */
const withLimits = (invocation: Invocation, rule: string, from: Configured): Configured => {
  const text = textOption(invocation, 'set')
  const known = from.rules.find(({ name }) => name === rule)
  const row = ALERT_RULES.find(({ name }) => name === (known?.rule ?? rule))
  if (row === undefined)
    throw new UsageError(
      `there is no rule '${rule}': there are ${[...ALERT_RULES, ...from.rules].map(({ name }) => name).join(', ')}`,
    )
  if (text === undefined) return from
  const limits = Object.fromEntries(
    text.split(',').map((part) => {
      const [name = '', value = ''] = part.split('=')
      return [name.trim(), value === '' ? NaN : Number(value)]
    }),
  )
  const problems: string[] = []
  const given = { rules: [{ rule: row.name, ...limits }] }
  const read = readAlerts(given, { where: '', ports: systemPorts, problems }).rules[0]
  if (read === undefined)
    throw new UsageError(problems.map((each) => each.replace('alerts.rules[0].', '')).join('; '))
  const changed: AlertRuleSetting =
    known === undefined ? read : { ...known, limits: { ...known.limits, ...read.limits } }
  return { ...from, rules: [...from.rules.filter(({ name }) => name !== rule), changed] }
}

const recordOf = (from: Configured): AlertSettings | null =>
  from.rules.length + from.owners.length === 0 ? null : settingsRecord(from, 1)

const tryRule = async (
  invocation: Invocation,
  rule: string,
  folders: readonly string[],
): Promise<number> => {
  const settings = recordOf(withLimits(invocation, rule, configuredAlerts(invocation)))
  const models = unseenModelsOf(invocation, folders)
  const told = await tellOver(folders, settings, models, invocation.signal)
  printProblems(told.summary)
  const incidents = told.incidents.filter(({ alert }) => alert === rule)
  if (invocation.values['json'] === true)
    for (const each of incidents) process.stdout.write(`${JSON.stringify(each)}\n`)
  else {
    for (const each of incidents.filter(isMessage))
      process.stdout.write(`${printable(lineOf(each))}\n`)
    const mine: Told = { ...told, incidents }
    process.stdout.write(`\n${tallyTable(folders.map(nameOf).join(' + '), mine)}`)
  }
  return hasRead(told)
}

/** What people are sent: that it opened, and that it is over. Updates change a message that is there. */
const isMessage = ({ state, reopened }: Incident): boolean =>
  state === 'closed' || (state === 'open' && reopened === 0)

const lineOf = ({
  observedAt,
  state,
  severity,
  title,
  verdict,
  holding,
  held,
  owner,
}: Incident): string => {
  const time = new Date(observedAt).toISOString().slice(0, 16)
  const who = owner === null ? '' : ` [${owner}]`
  return state === 'open'
    ? `${time} OPEN   ${severity}${who} ${title} (${holding})`
    : `${time} closed ${title}: ${verdict ?? ''} (${held} in all)`
}

const score = async (invocation: Invocation, folders: readonly string[]): Promise<number> => {
  const settings = recordOf(configuredAlerts(invocation))
  let code: number = EXIT.ok
  for (const folder of folders) {
    const models = unseenModelsOf(invocation, [folder])
    const told = await tellOver([folder], settings, models, invocation.signal)
    printProblems(told.summary)
    process.stdout.write(
      invocation.values['json'] === true
        ? `${JSON.stringify({ folder: nameOf(folder), rules: tally(told) })}\n`
        : `${tallyTable(nameOf(folder), told)}\n`,
    )
    code = Math.max(code, hasRead(told))
  }
  return code
}

const nameOf = (folder: string): string => basename(resolve(folder))
const hasRead = ({ summary }: Told): number =>
  summary.files.every(({ offers }) => offers === 0) ? EXIT.nothingRead : EXIT.ok
