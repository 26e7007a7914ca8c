/**
 * What may be said of a job's runs and of a change that it failed: its policy, told by the label `policy` of a run, and by the label
 * `optional` where the source itself calls the job so.
 */

export interface Policy {
  /** The most that is said: nothing, that a run is worth a look, that it may be stopped, or that it should be. */
  readonly most: 'off' | 'watch' | 'advise' | 'stop'
  /** Belief below which no run is stopped, whatever the record allows. */
  readonly floor: number
  /** Lower end of the 90 % interval of the belief below which no run is stopped either. */
  readonly sure: number
  /** Steps that a stop must leave running, such as those that free a cluster; a trailing * stands for any ending. */
  readonly protectedSteps: readonly string[]
  /** True where the other runs of a change are to be stopped once this job failed it. */
  readonly isFailFast: boolean
  /** True where stops of it may be acted on. */
  readonly isActedOn: boolean
  /** True where a change may merge though this job failed. */
  readonly isOptional: boolean
}
export const NO_POLICY: Policy = {
  most: 'stop',
  floor: 0,
  sure: 0,
  protectedSteps: [],
  isFailFast: false,
  isActedOn: false,
  isOptional: false,
}
const MOST: readonly string[] = ['off', 'watch', 'advise', 'stop'] satisfies Policy['most'][]
const isMost = (word: string): word is Policy['most'] => MOST.includes(word)

/**
 * Reads a policy: words apart by spaces, in any order. A word that is not understood takes nothing away but the stop: with
 * one, no more than `advise` is said, and less where less was asked for.
 * Example: `stop flor=.97` is read as `advise`, `off flor=.97` stays `off`.
 * Example: `stop floor=.97 protect=gather*,deprovision` stops from .97 on, and not once a gather or deprovision step began.
 * Example: `stop sure=.8` stops only where the lower end of the belief's interval is at .8 or above.
 * Example: `fail-fast`: the other runs of a change that it failed are to be stopped; with `advise` that is advised, no more.
 */
export const policyOf = (labels: Readonly<Record<string, string>>): Policy => {
  const text = policyText(labels)
  if (text === null) return NO_POLICY
  let policy = NO_POLICY
  let isUnderstood = true
  for (const word of text.split(/\s+/).filter(Boolean)) {
    const [name = '', value = ''] = word.split('=', 2)
    const share = Number(value)
    const isShare = value !== '' && share >= 0 && share <= 1
    if (word === 'fail-fast') policy = { ...policy, isFailFast: true }
    else if (word === 'act') policy = { ...policy, isActedOn: true }
    else if (word === 'optional') policy = { ...policy, isOptional: true }
    else if (name === 'protect') policy = { ...policy, protectedSteps: value.split(',') }
    else if (isShare && (name === 'floor' || name === 'sure')) policy = { ...policy, [name]: share }
    else if (isMost(word)) policy = { ...policy, most: word }
    else isUnderstood = false
  }
  return isUnderstood || policy.most !== 'stop' ? policy : { ...policy, most: 'advise' }
}

/**
 * The words of a policy, with what the source says of the job itself; null where neither says anything.
 * Example: the label `optional` of `true`, as Prow and GitLab tell it, beside the policy `watch`: `watch optional`.
 */
export const policyText = (labels: Readonly<Record<string, string>>): string | null => {
  const words = labels['policy']
  if (labels['optional'] !== 'true') return words ?? null
  return words === undefined ? 'optional' : `${words} optional`
}

/** True where a stop must leave this step running. */
export const isProtected = ({ protectedSteps }: Policy, step: string): boolean =>
  protectedSteps.some((name) =>
    name.endsWith('*') ? step.startsWith(name.slice(0, -1)) : step === name,
  )
