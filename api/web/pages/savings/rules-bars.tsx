import { OUR_RULE } from '../../../../schemas/measures.ts'
import { IntervalBar, SavedBurntBar } from '../../charts/rule-bars.tsx'
import type { RuleSavings } from '../../lib/answers.ts'
import { count, hours, percent, range } from '../../lib/format.ts'
import { CLASSED, FAILING } from '../../lib/runs-behind.ts'
import { FALSE_STOP_BOUND, inOrder, isWithinBound, RULE_DOCS } from '../../lib/rules.ts'
import { Message } from '../../parts/asked.tsx'
import { ScrollX } from '../../parts/scroll-x.tsx'

type Behind = (rule: string, outcome: string) => string

/** Room right of the bound, so that it is seen where all rates are low. Unit: ratio. */
const LEAST_RATE_SHOWN = 0.03

/** One row per rule: saved and burnt on one axis, precision and false-stop rate with their intervals. */
export const RulesBars = ({
  rules,
  behind,
}: {
  readonly rules: readonly RuleSavings[]
  /** Address of the runs that a rule would have stopped and that ended so; missing where there is no list of them. */
  readonly behind?: Behind
}) => {
  if (rules.length === 0)
    return (
      <Message title="No run was scored yet">
        Runs are scored when they end. Baselines are scored on the same runs.
      </Message>
    )
  const most = Math.max(1, ...rules.flatMap((rule) => [rule.savedSeconds, rule.burntSeconds]))
  const highest = Math.max(
    LEAST_RATE_SHOWN,
    ...rules.map(({ falseStopRate }) => falseStopRate.high ?? 0),
  )
  return (
    <ScrollX label="Rules beside each other">
      <table class="rules">
        <thead>
          <tr>
            <th scope="col">Rule</th>
            <th scope="col">Burnt ◂ ▸ saved</th>
            <th scope="col" class="number">
              Net
            </th>
            <th scope="col" class="number">
              Strict net
            </th>
            <th scope="col">False-stop rate, bound {percent(FALSE_STOP_BOUND)}</th>
            <th scope="col">Stop precision</th>
            <th scope="col" class="number">
              Stopped
            </th>
            <th scope="col" class="number">
              Recall
            </th>
            <th scope="col" class="number">
              Lift
            </th>
          </tr>
        </thead>
        <tbody>
          {inOrder(rules).map((rule) => (
            <RuleRow key={rule.rule} rule={rule} most={most} highest={highest} behind={behind} />
          ))}
        </tbody>
      </table>
    </ScrollX>
  )
}

const RuleRow = ({
  rule,
  most,
  highest,
  behind,
}: {
  readonly rule: RuleSavings
  readonly most: number
  readonly highest: number
  readonly behind: Behind | undefined
}) => {
  const listOf = (outcome: string, n: number): string | undefined =>
    n === 0 ? undefined : behind?.(rule.rule, outcome)
  const { falseStopRate, precision } = rule
  const stopped = rule.stoppedFailing + rule.stoppedPassing
  return (
    <tr class={rule.rule === OUR_RULE ? 'ours' : undefined}>
      <th scope="row">
        {rule.rule}
        <p class="small quiet">{RULE_DOCS[rule.rule]}</p>
      </th>
      <td class="w-bar">
        <SavedBurntBar rule={rule} most={most} />
        <p class="small quiet nowrap">
          {hours(rule.burntSeconds)} burnt, {hours(rule.savedSeconds)} saved
        </p>
      </td>
      <td class="number" data-name="net">
        <b>{hours(rule.netSeconds)}</b>
        {stopped > 0 && !isWithinBound(rule) && (
          <p class="small quiet" title="A net counts only within the bound of false stops">
            ✕ out of bound
          </p>
        )}
      </td>
      <td class="number" data-name="strict net">
        {hours(rule.strictNetSeconds)}
      </td>
      <td class="w-rate" data-name="false-stop rate">
        <IntervalBar of={falseStopRate} most={highest} bound={FALSE_STOP_BOUND} />
        <RatioText of={falseStopRate} href={listOf('success', rule.stoppedPassing)} />
      </td>
      <td class="w-rate" data-name="stop precision">
        <IntervalBar of={precision} most={1} />
        <RatioText of={precision} href={listOf(FAILING, rule.stoppedFailing)} />
      </td>
      <td class="number" data-name="stopped">
        <MaybeLink href={listOf(CLASSED, stopped)}>{count(stopped)}</MaybeLink>
      </td>
      <td class="number" data-name="recall">
        {percent(rule.recall)}
      </td>
      <td class="number" data-name="lift">
        {rule.lift === null ? '—' : `${rule.lift.toFixed(1)}×`}
      </td>
    </tr>
  )
}

const RatioText = ({
  of: { value, low, high, numerator, denominator },
  href,
}: {
  readonly of: RuleSavings['precision']
  readonly href: string | undefined
}) => (
  <p class="small quiet nowrap">
    {value === null ? (
      'none stopped'
    ) : (
      <>
        {percent(value)} ({range(low, high, percent)}),{' '}
        <MaybeLink href={href}>{count(numerator)}</MaybeLink> of {count(denominator)}
      </>
    )}
  </p>
)

const MaybeLink = ({
  href,
  children,
}: {
  readonly href: string | undefined
  readonly children: string
}) => (href === undefined ? <>{children}</> : <a href={href}>{children}</a>)
