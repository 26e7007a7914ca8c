import type { StepAnswer } from '../../lib/answers.ts'
import { clock, duration } from '../../lib/format.ts'
import { barOf, spanOf, type Span } from '../../lib/steps.ts'
import { OutcomeMark } from '../../parts/outcome-mark.tsx'

/** Steps as bars on one time line: what ran beside what, what took long, where it failed. */
export const StepsPicture = ({
  steps,
  now,
}: {
  readonly steps: readonly StepAnswer[]
  readonly now: number
}) => {
  const span = spanOf(steps, now)
  return (
    <table class="step-times">
      <caption class="small quiet">
        {clock(span.from, true)} to {clock(span.to, true)}, {duration((span.to - span.from) / 1000)}
      </caption>
      <thead>
        <tr>
          <th scope="col">Step</th>
          <th scope="col" class="c-bar">
            When
          </th>
          <th scope="col" class="number">
            Took
          </th>
        </tr>
      </thead>
      <tbody>
        {steps.map((step) => (
          <StepLine key={step.step} step={step} span={span} now={now} />
        ))}
      </tbody>
    </table>
  )
}

const StepLine = ({
  step,
  span,
  now,
}: {
  readonly step: StepAnswer
  readonly span: Span
  readonly now: number
}) => {
  const mark = step.outcome ?? 'running'
  const { left, width } = barOf(step, span, now)
  const startedAt = step.startedAt
  return (
    <tr>
      <td class="break">
        <OutcomeMark name={mark} isBare /> {step.step}
      </td>
      <td class="c-bar">
        <svg viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">
          <rect class={`o-${mark}`} x={left} width={width} height="10" />
        </svg>
        <span class="unseen">
          {startedAt === null ? 'start not told' : `from ${clock(startedAt, true)}`}
        </span>
      </td>
      <td class="number">
        {step.seconds !== null
          ? duration(step.seconds)
          : startedAt !== null && step.outcome === null
            ? duration((now - startedAt) / 1000)
            : '—'}
      </td>
    </tr>
  )
}
