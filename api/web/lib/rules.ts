/** The stopping rules as the page names and orders them. */

import { OUR_RULE } from '../../../schemas/measures.ts'
import type { RuleSavings } from './answers.ts'

/** What a rule is, in words for a reader who does not know it. */
export const RULE_DOCS: Readonly<Record<string, string>> = {
  [OUR_RULE]: 'our rule',
  'what-if': 'the policy chosen above',
  'never-stop': 'lets every run end by itself',
  'fixed-timeout': 'stops at 4 hours',
  'p95-of-pass': 'stops where 95 % of passing runs have ended',
  'history-only': 'stops at the start where the last runs failed',
  density: 'stops where the failing density overtakes the passing one',
  'density-compat': 'the density method as published',
  'first-failed-step': 'stops at the first failed step: a ceiling',
}

/** Bound of the false-stop rate within which a net counts. Unit: ratio. */
export const FALSE_STOP_BOUND = 0.01

/** Whether the rule's false-stop rate is within the bound as seen: its net counts only then. */
export const isWithinBound = (rule: RuleSavings): boolean =>
  rule.falseStopRate.value !== null && rule.falseStopRate.value <= FALSE_STOP_BOUND

/** Rules with ours first, then by falling net. */
export const inOrder = (rules: readonly RuleSavings[]): RuleSavings[] =>
  [...rules].sort(
    (a, b) =>
      Number(b.rule === OUR_RULE) - Number(a.rule === OUR_RULE) || b.netSeconds - a.netSeconds,
  )
