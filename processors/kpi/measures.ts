/** Renders the counters of scores as a `Measure`: totals that schemas/measures.ts derives every figure from. */

import type { Measure } from '../../schemas/events.ts'
import { countOf, type Counters } from './counters.ts'
import { ID, percentOf, RULE, ruleId } from './names.ts'
import { checkOf, ruleOf } from './scores.ts'

type Totals = Omit<
  Measure,
  'eventId' | 'eventAt' | 'observedAt' | 'dimension' | 'subject' | 'window' | 'simulated'
>

/** Checkpoints that scores have named, in order. */
const percentsOf = (counters: Readonly<Counters>): number[] => {
  const percents: number[] = []
  for (let at = 0; at < counters.length; at += 2) {
    const percent = percentOf(counters[at] ?? 0)
    if (percent !== null && percents.at(-1) !== percent) percents.push(percent)
  }
  return percents
}

/** Rules and checkpoints are those that the scores named: rules by name, checkpoints in order. */
export const measureOf = (counters: Readonly<Counters>, rules: readonly string[]): Totals => ({
  passing: countOf(counters, ID['score/passing']),
  failing: countOf(counters, ID['score/failing']),
  censored: countOf(counters, ID['score/censored']),
  passingSeconds: countOf(counters, ID['score/passingMs']) / 1000,
  failedSeconds: countOf(counters, ID['score/failingMs']) / 1000,
  rules: rules
    .filter((_, index) => countOf(counters, ruleId(index) + RULE.n) > 0)
    .sort()
    .map((rule) => ruleOf(counters, rules, rule)),
  checkpoints: percentsOf(counters).map((percent) => checkOf(counters, percent)),
  remainingErrorSeconds: countOf(counters, ID['score/remaining/errorMs']) / 1000,
  jenkinsErrorSeconds: countOf(counters, ID['score/remaining/jenkinsMs']) / 1000,
  remainingN: countOf(counters, ID['score/remaining/n']),
  covered: countOf(counters, ID['score/remaining/covered']),
})
