import type { Pipeline } from '../../lib/answers.ts'
import { count, dateTime, figure } from '../../lib/format.ts'
import { Message } from '../../parts/asked.tsx'
import { ScrollX } from '../../parts/scroll-x.tsx'

const STATES = { running: '● running', ended: '✓ ended', failed: '✕ failed' } as const

export const Sources = ({ sources }: Pick<Pipeline, 'sources'>) =>
  sources.length === 0 ? (
    <Message title="No source">
      <code>stopline up</code> hears sources; <code>stopline serve</code> only answers.
    </Message>
  ) : (
    <table>
      <thead>
        <tr>
          <th scope="col">Source</th>
          <th scope="col">State</th>
          <th scope="col" class="number">
            Heard
          </th>
        </tr>
      </thead>
      <tbody>
        {sources.map(({ name, state, isSimulated, cursor, detail }) => (
          <tr key={name}>
            <td class="break">
              {name} {isSimulated && <span class="tag simulated">simulated</span>}
            </td>
            <td>
              <span class={state === 'failed' ? 'tag red' : 'tag'}>{STATES[state]}</span>
              {detail !== null && <p class="small quiet break">{detail}</p>}
            </td>
            <td class="number">{cursor > 1e11 ? `to ${dateTime(cursor)}` : count(cursor)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )

export const Stages = ({ stages }: Pick<Pipeline, 'stages'>) => (
  <table>
    <thead>
      <tr>
        <th scope="col">Stage</th>
        <th scope="col">Reads → writes</th>
        <th scope="col" class="number">
          Records / s
        </th>
      </tr>
    </thead>
    <tbody>
      {stages.map(({ name, inputs, outputs, perSecond }) => (
        <tr key={name}>
          <td>
            <b>{name}</b>
          </td>
          <td class="small quiet break">
            {inputs.map(shortName).join(', ')} → {outputs.map(shortName).join(', ')}
          </td>
          <td class="number">{figure(perSecond)}</td>
        </tr>
      ))}
    </tbody>
  </table>
)

/** Example: `ci.run-events.v1` is `run-events`. */
const shortName = (topic: string): string => topic.replace(/^ci\.|\.v\d+$/g, '')

export const Topics = ({ topics, hasCommitMarks }: Pick<Pipeline, 'topics' | 'hasCommitMarks'>) => {
  const counted = hasCommitMarks ? 'Records and marks' : 'Records'
  const most = Math.max(1, ...topics.map(({ endOffset }) => endOffset))
  return (
    <ScrollX label="Topics">
      <table class="topics">
        <thead>
          <tr>
            <th scope="col">Topic</th>
            <th scope="col" class="number">
              {counted}
            </th>
            <th scope="col" class="c-share">
              <span class="unseen">Share of the largest</span>
            </th>
            <th scope="col" class="number">
              {counted} / s
            </th>
          </tr>
        </thead>
        <tbody>
          {topics.map(({ topic, endOffset, perSecond }) => (
            <tr key={topic}>
              <td>
                <a href={`/v1/topics/${topic}/records`}>
                  <code>{topic}</code>
                </a>
              </td>
              <td class="number">{count(endOffset)}</td>
              <td class="c-share">
                <svg
                  class="share"
                  viewBox="0 0 100 8"
                  preserveAspectRatio="none"
                  aria-hidden="true"
                >
                  <rect width={(endOffset / most) * 100} height="8" />
                </svg>
              </td>
              <td class="number">{figure(perSecond)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </ScrollX>
  )
}
