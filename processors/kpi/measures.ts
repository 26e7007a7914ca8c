/** Renders the counters of scores as a `Measure`: totals that schemas/measures.ts derives every figure from. */

import type { Measure } from '../../schemas/events.ts'
import type { Counters } from './counters.ts'
import { checkOf, ruleOf } from './scores.ts'

type Totals = Omit<
  Measure,
  'eventId' | 'eventAt' | 'observedAt' | 'dimension' | 'subject' | 'window' | 'simulated'
>

const RULE = 'score/rule/n/'
const CHECK = /^score\/at\/(\d+)\/n$/

/** Rules and checkpoints are those that the scores named: rules by name, checkpoints in order. */
export const measureOf = (counters: Counters): Totals => {
  const rules: string[] = []
  const checks: number[] = []
  for (const name in counters) {
    if (name.startsWith(RULE)) rules.push(name.slice(RULE.length))
    else if (name.endsWith('/n')) {
      const percent = CHECK.exec(name)?.[1]
      if (percent !== undefined) checks.push(Number(percent))
    }
  }
  const of = (name: string): number => counters[name] ?? 0
  return {
    passing: of('score/passing'),
    failing: of('score/failing'),
    censored: of('score/censored'),
    passingSeconds: of('score/passingMs') / 1000,
    failedSeconds: of('score/failingMs') / 1000,
    rules: rules.sort().map((rule) => ruleOf(counters, rule)),
    checkpoints: checks.sort((a, b) => a - b).map((percent) => checkOf(counters, percent)),
    remainingErrorSeconds: of('score/remaining/errorMs') / 1000,
    jenkinsErrorSeconds: of('score/remaining/jenkinsMs') / 1000,
    remainingN: of('score/remaining/n'),
    covered: of('score/remaining/covered'),
  }
}
