import type { FailureGroup, JobRef } from '../../../../schemas/events.ts'
import { useAnswer } from '../../data/use-answer.ts'
import { count } from '../../lib/format.ts'
import { query, runPath } from '../../lib/routes.ts'
import { Message, WhenReady } from '../../parts/asked.tsx'
import { Panel } from '../../parts/panel.tsx'
import { TimeAgo } from '../../parts/time-ago.tsx'

/** The same failure in many runs, as one line. */
export const FailureGroups = ({ job }: { readonly job: JobRef }) => {
  const asked = useAnswer<readonly FailureGroup[]>(
    `/v1/failure-groups${query({ ...job, limit: 50 })}`,
    { on: ['score'], everyMs: 30_000 },
  )
  return (
    <Panel title="Failures alike" isFlush note="messages but for numbers, names and times">
      <WhenReady asked={asked} what="the failures of this job">
        {(groups) =>
          groups.length === 0 ? (
            <Message title="No failure told a message" />
          ) : (
            <table class="groups">
              <thead>
                <tr>
                  <th scope="col">Message</th>
                  <th scope="col" class="number">
                    Runs
                  </th>
                  <th scope="col" class="number">
                    Tests
                  </th>
                  <th scope="col">Last in</th>
                </tr>
              </thead>
              <tbody>
                {groups.map((group) => (
                  <GroupLine key={group.fingerprint} group={group} />
                ))}
              </tbody>
            </table>
          )
        }
      </WhenReady>
    </Panel>
  )
}

const GroupLine = ({ group }: { readonly group: FailureGroup }) => (
  <tr>
    <td class="break">
      <code>{group.text}</code>
      <p class="small quiet">{group.names.slice(0, 3).join(' · ')}</p>
    </td>
    <td class="number">{count(group.runs)}</td>
    <td class="number">{count(group.tests)}</td>
    <td class="break">
      <a href={runPath({ ...group, runId: group.lastRunId, attempt: group.lastAttempt })}>
        run {group.lastRunId}
      </a>{' '}
      <span class="quiet">
        <TimeAgo at={group.lastAt} />
      </span>
    </td>
  </tr>
)
