import type { MergeForecast } from '../../../../schemas/events.ts'
import { percent } from '../../lib/format.ts'
import { runPath } from '../../lib/routes.ts'
import { Message } from '../../parts/asked.tsx'

/** Failed and endangered runs of its newest commit. */
export const TroubledChecks = ({ of }: { readonly of: MergeForecast }) =>
  of.checks.length === 0 ? (
    <Message title="None">
      {of.checksRunning === 0 ? 'No check runs.' : `${of.checksRunning} checks run.`}
    </Message>
  ) : (
    <ul class="plain">
      {of.checks.map(({ job, runId, attempt, state, pFail }) => (
        <li key={job}>
          <a href={runPath({ source: of.source, repo: of.repo, job, runId, attempt })}>{job}</a>{' '}
          <span class="quiet small">
            {state === 'failed' ? 'failed' : `likely to fail: ${percent(pFail)}`}
          </span>
        </li>
      ))}
    </ul>
  )
