import { dateTime, duration, range } from '../../lib/format.ts'
import type { PullAnswer } from '../../lib/pulls.ts'
import { pullPath, pullRuns } from '../../lib/routes.ts'
import { PullName } from './pull-name.tsx'

/** Ended pull requests: what had been expected at the first look, and what came of them. */
export const EndedTable = ({ pulls }: { readonly pulls: readonly PullAnswer[] }) => (
  <table class="pulls">
    <thead>
      <tr>
        <th scope="col">Pull request</th>
        <th scope="col">Ended</th>
        <th scope="col" class="number">
          It took
        </th>
        <th scope="col" class="number c-more">
          Expected first
        </th>
        <th scope="col" class="number c-more">
          80 % range
        </th>
      </tr>
    </thead>
    <tbody>
      {pulls.map((pull) => (
        <EndedLine key={pullPath(pull.forecast)} pull={pull} />
      ))}
    </tbody>
  </table>
)

const EndedLine = ({ pull: { forecast, score } }: { readonly pull: PullAnswer }) => {
  const first = score?.looks[0]
  return (
    <tr>
      <td class="break">
        <PullName of={forecast} />
      </td>
      <td>
        {score?.merged === true ? 'merged' : 'closed without a merge'}
        <p class="small quiet">{dateTime(score?.eventAt)}</p>
      </td>
      <td class="number">
        <a href={pullRuns(forecast)}>{duration(score?.seconds)}</a>
      </td>
      <td class="number c-more">{duration(first?.p50)}</td>
      <td class="number nowrap c-more">{range(first?.p10, first?.p90, duration)}</td>
    </tr>
  )
}
