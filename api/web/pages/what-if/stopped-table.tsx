import { OutcomeMark } from '../../parts/outcome-mark.tsx'
import { Message } from '../../parts/asked.tsx'
import { RunCell } from '../../parts/run-cell.tsx'
import { dateTime, duration } from '../../lib/format.ts'
import { runPath } from '../../lib/routes.ts'
import type { StoppedRun } from './answer.ts'

/** What a stop of the run would have been: saved time, a false stop, or nothing that is scored. */
const worthText = ({ failed, stopSeconds, durationSeconds }: StoppedRun): string => {
  if (failed === null || durationSeconds === null) return 'not scored'
  return failed
    ? `saves ${duration(durationSeconds - stopSeconds)}`
    : `false stop, burns ${duration(stopSeconds)}`
}
const markOf = ({ failed }: StoppedRun) =>
  failed === null ? 'unknown' : failed ? 'failure' : 'success'

/** The newest runs that the policy would have stopped, each with when, and how it ended. */
export const StoppedTable = ({ stopped }: { readonly stopped: readonly StoppedRun[] }) =>
  stopped.length === 0 ? (
    <Message title="It would have stopped no run">Lower the threshold or the floor.</Message>
  ) : (
    <table class="runs">
      <thead>
        <tr>
          <th scope="col">Run</th>
          <th scope="col">Ended</th>
          <th scope="col" class="number">
            Stopped after
          </th>
          <th scope="col" class="number">
            Took
          </th>
          <th scope="col">The stop</th>
          <th scope="col">Started</th>
        </tr>
      </thead>
      <tbody>
        {stopped.map((run) => (
          <tr key={runPath(run)}>
            <RunCell run={run} />
            <td>
              <OutcomeMark name={markOf(run)} />
            </td>
            <td class="number">{duration(run.stopSeconds)}</td>
            <td class="number">{duration(run.durationSeconds)}</td>
            <td class="nowrap">{worthText(run)}</td>
            <td class="nowrap">{dateTime(run.startedAt)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
