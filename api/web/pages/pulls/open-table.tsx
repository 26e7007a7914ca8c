import { now } from '../../data/status.ts'
import { count, dateTime, duration, percent } from '../../lib/format.ts'
import type { PullAnswer } from '../../lib/pulls.ts'
import { pullPath, pullRuns } from '../../lib/routes.ts'
import { TimeAgo } from '../../parts/time-ago.tsx'
import { PullName } from './pull-name.tsx'

/** Open pull requests with when each is expected to merge. */
export const OpenTable = ({ pulls }: { readonly pulls: readonly PullAnswer[] }) => (
  <table class="pulls">
    <thead>
      <tr>
        <th scope="col">Pull request</th>
        <th scope="col">Expected merge</th>
        <th scope="col" class="number">
          Merges at all
        </th>
        <th scope="col" class="c-more">
          Seen of it
        </th>
        <th scope="col" class="number c-more">
          Opened
        </th>
      </tr>
    </thead>
    <tbody>
      {pulls.map((pull) => (
        <OpenLine key={pullPath(pull.forecast)} pull={pull} />
      ))}
    </tbody>
  </table>
)

const OpenLine = ({ pull: { forecast, expected } }: { readonly pull: PullAnswer }) => (
  <tr>
    <td class="break">
      <PullName of={forecast} />
    </td>
    <td class="c-merge">{expected !== null && <Expected at={expected.at} />}</td>
    <td class="number">{percent(forecast.pMerge)}</td>
    <td class="small c-more">
      <Signs of={forecast} />
    </td>
    <td class="number quiet c-more">
      <TimeAgo at={forecast.openedAt} />
    </td>
  </tr>
)

/** What was seen of it; its checks open their runs. */
const Signs = ({ of }: { readonly of: PullAnswer['forecast'] }) => (
  <>
    {of.signs.join(', ')}
    {of.checksRunning > 0 && (
      <>
        {of.signs.length > 0 && ', '}
        <a href={pullRuns(of)}>{count(of.checksRunning)} checks run</a>
      </>
    )}
  </>
)

/** The middle as an instant; half of such pull requests merge within the bounds below it. */
const Expected = ({ at }: { readonly at: Readonly<Record<string, number>> }) => (
  <>
    {dateTime(at['p50'])}
    <p class="small quiet">
      {fromNow(at['p25'])} to {fromNow(at['p75'])}
    </p>
  </>
)
const fromNow = (at: number | undefined): string =>
  at === undefined ? '—' : at <= now() ? 'now' : `in ${duration((at - now()) / 1000)}`
