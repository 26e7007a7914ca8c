import { duration, percent } from '../../lib/format.ts'
import type { PullAnswer } from '../../lib/pulls.ts'
import { Message } from '../../parts/asked.tsx'

/** The chance of each of the ten classes, if it merges. */
export const Classes = ({ of }: { readonly of: PullAnswer['compat'] }) =>
  of.length === 0 ? (
    <Message title="Not yet">It takes nineteen merges to know the deciles of a repository.</Message>
  ) : (
    <table>
      <thead>
        <tr>
          <th scope="col" class="number">
            Class
          </th>
          <th scope="col" class="number">
            Merged within
          </th>
          <th scope="col" class="number">
            Chance
          </th>
        </tr>
      </thead>
      <tbody>
        {of.map(({ class: place, fromSeconds, toSeconds, p }) => (
          <tr key={place}>
            <td class="number">{place}</td>
            <td class="number">
              {toSeconds === null ? `more than ${duration(fromSeconds)}` : duration(toSeconds)}
            </td>
            <td class="number">{percent(p)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
