import type { Decision } from '../../../../schemas/events.ts'
import { duration, figure, hours, percent } from '../../lib/format.ts'
import { Message } from '../../parts/asked.tsx'
import { Facts } from '../../parts/facts.tsx'
import { LevelChip } from '../../parts/level-chip.tsx'

/** Changes of advice, the last first, each with the figures it rests on. */
export const Decisions = ({ decisions }: { readonly decisions: readonly Decision[] }) =>
  decisions.length === 0 ? (
    <Message title="No advice was given">Advice starts with the first forecast of a run.</Message>
  ) : (
    <ol class="decisions">
      {[...decisions].reverse().map((decision) => (
        <li key={decision.eventId}>
          <p class="row">
            <b class="nowrap">{duration(decision.elapsedSeconds)}</b>
            <LevelChip level={decision.level} />
            <span class="quiet small">
              chance to fail {percent(decision.pFail)}, at least {percent(decision.pFailLow)} ·{' '}
              {worthOf(decision.expectedSavedSeconds)}
            </span>
          </p>
          <p>{decision.reason}</p>
          {Object.keys(decision.evidence).length > 0 && (
            <details>
              <summary>Evidence</summary>
              <Facts of={evidenceOf(decision)} />
            </details>
          )}
        </li>
      ))}
    </ol>
  )

const worthOf = (seconds: number): string =>
  seconds < 0 ? `a stop would cost ${hours(-seconds)}` : `a stop would save ${hours(seconds)}`

const evidenceOf = (decision: Decision): (readonly [string, string])[] => [
  ...Object.entries(decision.evidence).map(
    ([name, value]) => [name, name.endsWith('Seconds') ? duration(value) : figure(value)] as const,
  ),
  ['rule', decision.rule] as const,
]
