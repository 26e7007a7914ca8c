import type { Run } from '../../../../schemas/events.ts'
import { now } from '../../data/status.ts'
import { duration, shortId } from '../../lib/format.ts'
import { jobPath, runPath } from '../../lib/routes.ts'
import { Message } from '../../parts/asked.tsx'
import { SourceTag } from '../../parts/source-tag.tsx'

const SHOWN = 20

/** The runs that have waited longest. */
export const QueueTable = ({ runs }: { readonly runs: readonly Run[] }) => {
  const since = (run: Run): number => run.queuedAt ?? run.eventAt
  const longest = [...runs].sort((a, b) => since(a) - since(b)).slice(0, SHOWN)
  const at = now()
  return longest.length === 0 ? (
    <Message title="No run waits" />
  ) : (
    <table>
      <thead>
        <tr>
          <th scope="col">Run</th>
          <th scope="col">Cluster</th>
          <th scope="col" class="number">
            Waits for
          </th>
        </tr>
      </thead>
      <tbody>
        {longest.map((run) => (
          <tr key={runPath(run)}>
            <td class="break">
              <a href={runPath(run)}>{shortId(run.runId)}</a>
              <p class="small quiet">
                <SourceTag source={run.source} /> <a href={jobPath(run)}>{run.job}</a>
              </p>
            </td>
            <td class="break">{run.labels['cluster'] ?? run.labels['runner_group'] ?? '—'}</td>
            <td class="number">{duration((at - since(run)) / 1000)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}
