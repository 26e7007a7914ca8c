/** The policy of the page: what the address bar holds, within the limits of the API. */

import { keyParts } from '../../../../schemas/keys.ts'
import { USUAL_POLICY, type WhatIfPolicy } from '../../../../schemas/what-if.ts'
import { duration, percent } from '../../lib/format.ts'

export interface Slider {
  readonly name: string
  readonly low: number
  readonly high: number
  readonly step: number
  readonly write: (value: number) => string
  /** What it does, in a sentence. */
  readonly doc: string
}

/** One slider for each number of a policy; its key is its name in the address. */
export const SLIDERS: Readonly<Record<keyof WhatIfPolicy, Slider>> = {
  threshold: {
    name: 'Threshold',
    low: 0.5,
    high: 0.99,
    step: 0.01,
    write: percent,
    doc: 'A run is stopped where its chance to fail reaches this.',
  },
  falseStopReruns: {
    name: 'Cost of a false stop',
    low: 0,
    high: 6,
    step: 0.5,
    write: (reruns) => (reruns === 1 ? '1 run' : `${reruns} runs`),
    doc: 'In whole runs of the job: 1 is the rerun, 2 (as our rule charges) as much again for the delay, 0 leaves it to the threshold.',
  },
  leastSavedSeconds: {
    name: 'Least worth',
    low: 0,
    high: 7_200,
    step: 60,
    write: (seconds) => (seconds === 0 ? 'any' : duration(seconds)),
    doc: 'A stop must be expected to be worth so much, after the cost of being wrong.',
  },
  precisionFloor: {
    name: 'Precision floor',
    low: 0,
    high: 0.99,
    step: 0.01,
    write: (share) => (share === 0 ? 'none' : percent(share)),
    doc: 'A job is left alone while fewer of its own would-be stops have been right so far.',
  },
}
export const POLICY_KEYS = Object.keys(SLIDERS) as (keyof WhatIfPolicy)[]

const within = (text: string | null, { low, high }: Slider, usual: number): number => {
  const value = text === null || text === '' ? NaN : Number(text)
  return Number.isFinite(value) ? Math.min(high, Math.max(low, value)) : usual
}

/** The policy of an address; what is missing or no number is as usual, what is beyond a limit is the limit. */
export const policyOf = (params: URLSearchParams): WhatIfPolicy => ({
  threshold: within(params.get('threshold'), SLIDERS.threshold, USUAL_POLICY.threshold),
  falseStopReruns: within(
    params.get('falseStopReruns'),
    SLIDERS.falseStopReruns,
    USUAL_POLICY.falseStopReruns,
  ),
  leastSavedSeconds: within(
    params.get('leastSavedSeconds'),
    SLIDERS.leastSavedSeconds,
    USUAL_POLICY.leastSavedSeconds,
  ),
  precisionFloor: within(
    params.get('precisionFloor'),
    SLIDERS.precisionFloor,
    USUAL_POLICY.precisionFloor,
  ),
})

/** The policy as parameters of the address: null where it is as usual. */
export const paramsOf = (policy: WhatIfPolicy): Record<string, string | null> =>
  Object.fromEntries(
    POLICY_KEYS.map((name) => [
      name,
      policy[name] === USUAL_POLICY[name] ? null : String(policy[name]),
    ]),
  )

export const WINDOWS = [
  ['1', '24 hours'],
  ['7', '7 days'],
  ['14', '14 days'],
  ['90', '90 days'],
] as const
export type WindowName = (typeof WINDOWS)[number][0]

export const windowOf = (params: URLSearchParams): WindowName =>
  WINDOWS.find(([name]) => name === params.get('days'))?.[0] ?? '14'

/** What the API is asked: the policy over days and jobs; `subject` is a key of a source, a repository or a job, empty for all. */
export const bodyOf = (policy: WhatIfPolicy, days: WindowName, subject: string): object => {
  const [source, repo, job] = subject === '' ? [] : keyParts(subject)
  const jobs = { source, repo, job }
  const given = Object.entries(jobs).filter(([, part]) => part !== undefined)
  return { ...policy, days: Number(days), ...Object.fromEntries(given) }
}
