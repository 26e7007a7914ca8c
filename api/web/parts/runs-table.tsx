import type { Run } from '../../../schemas/events.ts'
import { durationSeconds } from '../../../schemas/outcomes.ts'
import { dateTime, duration } from '../lib/format.ts'
import { markOf } from '../lib/outcomes.ts'
import { runPath } from '../lib/routes.ts'
import { OutcomeMark } from './outcome-mark.tsx'
import { RunCell } from './run-cell.tsx'

/** Runs with how they ended, when, how long they took, and of what change they were. */
export const RunsTable = ({ runs }: { readonly runs: readonly Run[] }) => (
  <table class="runs">
    <thead>
      <tr>
        <th scope="col">Run</th>
        <th scope="col">Ended</th>
        <th scope="col" class="number">
          Took
        </th>
        <th scope="col">Started</th>
        <th scope="col">Change</th>
      </tr>
    </thead>
    <tbody>
      {runs.map((run) => (
        <tr key={runPath(run)}>
          <RunCell run={run} />
          <td>
            <OutcomeMark name={markOf(run)} />
          </td>
          <td class="number">{duration(durationSeconds(run))}</td>
          <td class="nowrap">{dateTime(run.startedAt ?? run.queuedAt)}</td>
          <td class="break">
            {[run.branch, run.pull === null ? null : `#${run.pull}`, run.labels['cluster']]
              .filter((word) => word != null)
              .join(' · ')}
          </td>
        </tr>
      ))}
    </tbody>
  </table>
)
