/** Policies of jobs: what may be said of their runs, put as the label `policy` on what is heard of their start. */

import type { JobRef } from '../../schemas/events.ts'
import { fitsGlob } from '../../schemas/glob.ts'
import type { FieldTable } from './fields.ts'
import { isTable, readFields, type Reading, type Values } from './read-fields.ts'

/** One item of `jobs`. */
export const JOB_FIELDS = {
  match: {
    type: 'list',
    doc: 'Names of jobs it is for; `*` stands for any text. The first item that fits a job is its policy.',
    least: 1,
  },
  source: { type: 'text', doc: 'Source of the jobs; without it, any.' },
  repo: { type: 'text', doc: 'Repository of the jobs; `*` stands for any text. Without it, any.' },
  policy: {
    type: 'text',
    doc: 'The most that is said: `off` (nothing), `watch`, `advise`, or `stop`.',
    pattern: /^(?:off|watch|advise|stop)$/,
    otherwise: 'stop',
  },
  floor: {
    type: 'number',
    unit: 'ratio',
    doc: 'Belief in a failure below which no run is stopped.',
    range: [0, 1],
    otherwise: 0,
  },
  sure: {
    type: 'number',
    unit: 'ratio',
    doc: 'Lower end of the 90 % interval of that belief below which no run is stopped.',
    range: [0, 1],
    otherwise: 0,
  },
  protect: {
    type: 'list',
    doc: 'Steps that a stop must leave running, as those that free a cluster; `*` at the end stands for any text.',
    pattern: /^[^\s,]{1,200}$/,
  },
  fail_fast: {
    type: 'flag',
    doc: 'Once a run of it failed, the others of its change may be stopped.',
    otherwise: false,
  },
  act: {
    type: 'flag',
    doc: 'Stops may be acted on, where acting is switched on.',
    otherwise: false,
  },
} as const satisfies FieldTable

/** The policy of a job; null where none was configured. */
type PolicyOf = (job: JobRef) => string | null
/** Labels that the configuration gives to the start of runs of a job; null where it gives none. */
export type StartLabels = (job: JobRef) => Readonly<Record<string, string>> | null

interface Rule {
  readonly match: readonly string[]
  readonly source: string | null
  readonly repo: string | null
  readonly text: string
}

/** As the label says it. */
const textOf = (values: Values): string => {
  const protect = values['protect'] as readonly string[]
  return [
    ...(values['fail_fast'] === true ? ['fail-fast'] : []),
    ...(values['act'] === true ? ['act'] : []),
    ...(values['floor'] === 0 ? [] : [`floor=${String(values['floor'])}`]),
    ...(values['sure'] === 0 ? [] : [`sure=${String(values['sure'])}`]),
    ...(protect.length === 0 ? [] : [`protect=${protect.join(',')}`]),
    String(values['policy']),
  ].join(' ')
}

/** Reads the items of `jobs`; what is wrong is added to the problems. */
export const readPolicies = (given: unknown, outer: Reading): PolicyOf => {
  if (!Array.isArray(given)) {
    outer.problems.push('jobs takes a list')
    return () => null
  }
  const rules = given.flatMap((item: unknown, index): Rule[] => {
    const place = `jobs[${index}]`
    if (!isTable(item)) {
      outer.problems.push(`${place} takes a table of keys`)
      return []
    }
    const before = outer.problems.length
    const values = readFields(JOB_FIELDS, item, { ...outer, where: `${place}.` })
    if (outer.problems.length > before) return []
    return [{ ...(values as Pick<Rule, 'match' | 'source' | 'repo'>), text: textOf(values) }]
  })
  return policyBy(rules)
}

/** Jobs whose policy is remembered: it is asked for with each run. */
const REMEMBERED = 10_000

const policyBy = (rules: readonly Rule[]): PolicyOf => {
  if (rules.length === 0) return () => null
  const known = new Map<string, string | null>()
  return ({ source, repo, job }) => {
    const name = `${source}\n${repo}\n${job}`
    const before = known.get(name)
    if (before !== undefined) return before
    const found = rules.find(
      (rule) =>
        (rule.source ?? source) === source &&
        fitsGlob(rule.repo ?? '*', repo) &&
        rule.match.some((pattern) => fitsGlob(pattern, job)),
    )
    if (known.size >= REMEMBERED) known.clear()
    known.set(name, found?.text ?? null)
    return found?.text ?? null
  }
}

/** Policies, and a mark where telemetry tells of the runs of a source: they are looked up by place then. */
export const startLabelsOf =
  (policyOf: PolicyOf, told: ReadonlySet<string>): StartLabels =>
  (job) => {
    const policy = policyOf(job)
    if (!told.has(job.source)) return policy === null ? null : { policy }
    return policy === null ? { telemetry: 'on' } : { policy, telemetry: 'on' }
  }
