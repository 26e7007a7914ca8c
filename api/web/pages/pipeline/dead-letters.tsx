import type { DeadLetterRow } from '../../../../schemas/views.ts'
import { bytes } from '../../lib/format.ts'
import { Message } from '../../parts/asked.tsx'
import { ScrollX } from '../../parts/scroll-x.tsx'
import { TimeAgo } from '../../parts/time-ago.tsx'

/** What could never succeed: reason, place, and what to do. */
export const DeadLetters = ({ letters }: { readonly letters: readonly DeadLetterRow[] }) =>
  letters.length === 0 ? (
    <Message title="No dead letters">Everything that was heard could be read.</Message>
  ) : (
    <ScrollX label="Dead letters">
      <table>
        <thead>
          <tr>
            <th scope="col">Reason</th>
            <th scope="col">Where</th>
            <th scope="col">What was wrong</th>
            <th scope="col">Refused by</th>
            <th scope="col" class="number">
              When
            </th>
          </tr>
        </thead>
        <tbody>
          {letters.map((letter) => (
            <tr key={letter.eventId}>
              <td class="nowrap">
                <span class="tag">{letter.reason}</span>
              </td>
              <td class="c-where break">
                <code>
                  {letter.origin}:{letter.position}
                </code>
              </td>
              <td class="c-detail break">{letter.detail}</td>
              <td class="small quiet">
                {letter.step} · {bytes(letter.payloadBytes)}
              </td>
              <td class="number quiet">
                <TimeAgo at={letter.observedAt} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </ScrollX>
  )
