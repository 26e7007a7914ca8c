import type { Incident } from '../../../../schemas/events.ts'
import { count, dateTime, shortId } from '../../lib/format.ts'
import { isOfRun, standOf } from '../../lib/incidents.ts'
import { runPath } from '../../lib/routes.ts'
import { Message } from '../../parts/asked.tsx'

/** Every step of an incident with the run that it was about. */
export const HistoryTable = ({ steps }: { readonly steps: readonly Incident[] }) =>
  steps.length === 0 ? (
    <Message title="Its history is older than what is kept" />
  ) : (
    <table class="history">
      <thead>
        <tr>
          <th scope="col">When</th>
          <th scope="col">State</th>
          <th scope="col" class="number">
            Held by
          </th>
          <th scope="col">What was said</th>
          <th scope="col">Run</th>
        </tr>
      </thead>
      <tbody>
        {steps.map((step) => (
          <tr key={step.eventId}>
            <td class="nowrap">{dateTime(step.observedAt)}</td>
            <td>{step.state}</td>
            <td class="number">{count(step.holding)}</td>
            <td class="break">
              {step.state === 'closed' ? standOf(step) : step.title}
              {step.ackedBy !== null && ` · taken by ${step.ackedBy}`}
              {step.mutedUntil !== null && ` · muted until ${dateTime(step.mutedUntil)}`}
            </td>
            <td class="nowrap">
              {isOfRun(step) ? (
                <a href={runPath(step)} title={step.runId}>
                  {shortId(step.runId)}
                </a>
              ) : (
                '—'
              )}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
