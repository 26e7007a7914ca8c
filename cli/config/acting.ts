/** The section `acting` of the configuration: whether stops are acted on, and within which bounds. Off by default, then dry. */

import { existsSync } from 'node:fs'
import type { FieldTable } from '../../producers/config/fields.ts'
import {
  isTable,
  readFields,
  type Reading,
  type Values,
} from '../../producers/config/read-fields.ts'
import { KEEP_SHARE } from '../../schemas/keeping.ts'
import type { Acting } from '../../sinks/act/actor.ts'
import { githubCancel } from '../../sinks/act/github.ts'
import { prowAbort } from '../../sinks/act/prow.ts'
import type { Target, TargetConfig, TargetPorts } from '../../sinks/act/target.ts'

export const ACTING_FIELDS = {
  on: {
    type: 'flag',
    doc: 'Whether stops are acted on at all. A job has to ask for it too (`act` of its item of `jobs`).',
    otherwise: false,
  },
  dry_run: {
    type: 'flag',
    doc: 'Everything but the request itself: `ci.acts.v1` says what would have been done.',
    otherwise: true,
  },
  keep_share: {
    type: 'number',
    unit: 'ratio',
    doc: 'Share of runs that is never touched, so that what would have become of them stays known.',
    range: [0.01, 1],
    otherwise: KEEP_SHARE,
  },
  per_hour: {
    type: 'number',
    unit: 'acts',
    doc: 'Runs stopped in any hour at most.',
    range: [0, 10_000],
    otherwise: 6,
  },
  precision: {
    type: 'number',
    unit: 'ratio',
    doc: 'Lower bound of the share of stopped runs that failed, of the job, else its repository, else its community, below which nothing is done.',
    range: [0.5, 1],
    otherwise: 0.95,
  },
  stop_file: {
    type: 'text',
    doc: 'While this file is there nothing is done: the kill switch, asked before every act.',
    otherwise: 'stopline.stop',
  },
} as const satisfies FieldTable

export const TARGET_FIELDS = {
  kind: { type: 'text', doc: '`prow` (abort by deck) or `github` (cancel of the workflow run).' },
  source: { type: 'text', doc: 'Name of the source whose runs are stopped there.' },
  address: { type: 'url', doc: 'Address of deck, or of the API of GitHub.' },
  token: { type: 'secret', doc: 'Token of somebody who may stop runs.' },
} as const satisfies FieldTable

const KINDS: Readonly<Record<string, (config: TargetConfig, ports: TargetPorts) => Target>> = {
  prow: prowAbort,
  github: githubCancel,
}
const FRESH_MS = 10 * 60_000
const RETRY_MS = 10_000

const readTarget = (
  given: unknown,
  place: string,
  outer: Reading,
  ports: TargetPorts,
): Target[] => {
  const kind = isTable(given) ? given['kind'] : undefined
  const open = typeof kind === 'string' && Object.hasOwn(KINDS, kind) ? KINDS[kind] : undefined
  if (!isTable(given) || open === undefined) {
    outer.problems.push(`${place}.kind takes one of ${Object.keys(KINDS).join(', ')}`)
    return []
  }
  const before = outer.problems.length
  const values = readFields(TARGET_FIELDS, given, { ...outer, where: `${place}.` })
  for (const [name, value] of Object.entries(values))
    if (value === null && (given[name] ?? null) === null)
      outer.problems.push(`${place}.${name} is missing`)
  if (outer.problems.length > before) return []
  return [open(values as unknown as TargetConfig, ports)]
}

/** What stops are acted on with, and the kill switch; null where acting is not switched on. */
export const readActing = (
  given: unknown,
  reading: Reading,
  ports: TargetPorts,
): (Acting & { readonly isSwitchedOff: () => boolean }) | null => {
  const section = given ?? {}
  if (!isTable(section)) {
    reading.problems.push('acting takes a table of keys')
    return null
  }
  const { targets: listed = [], ...rest } = section
  const values: Values = readFields(ACTING_FIELDS, rest, { ...reading, where: 'acting.' })
  if (!Array.isArray(listed)) reading.problems.push('acting.targets takes a list')
  const targets = (Array.isArray(listed) ? listed : []).flatMap((item: unknown, index) =>
    readTarget(item, `acting.targets[${index}]`, reading, ports),
  )
  if (values['on'] === true && targets.length === 0)
    reading.problems.push('acting.targets is missing: nothing can be stopped')
  if (values['on'] !== true) return null
  return {
    isDry: values['dry_run'] !== false,
    limits: {
      keepShare: values['keep_share'] as number,
      perHour: values['per_hour'] as number,
      precision: values['precision'] as number,
      freshMs: FRESH_MS,
    },
    targets,
    retryMs: RETRY_MS,
    isSwitchedOff: () => existsSync(values['stop_file'] as string),
  }
}
