import type { RunRef } from '../../../schemas/events.ts'
import { shortId } from '../lib/format.ts'
import { jobPath, runPath } from '../lib/routes.ts'
import { SourceTag } from './source-tag.tsx'

/** Which run, with a link to it, and of which job. */
export const RunCell = ({ run }: { readonly run: RunRef }) => (
  <td class="break">
    <a class="strong" href={runPath(run)} title={run.runId}>
      {shortId(run.runId)}
      {run.attempt > 1 && ` #${run.attempt}`}
    </a>
    <p class="small quiet">
      <SourceTag source={run.source} /> <a href={jobPath(run)}>{run.job}</a>
    </p>
  </td>
)
