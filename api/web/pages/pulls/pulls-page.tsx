import { address, setParams } from '../../data/router.ts'
import { useStore } from '../../data/store.ts'
import { useAnswer } from '../../data/use-answer.ts'
import type { PullAnswer } from '../../lib/pulls.ts'
import { query } from '../../lib/routes.ts'
import { Message, WhenReady } from '../../parts/asked.tsx'
import { Panel } from '../../parts/panel.tsx'
import { Segments } from '../../parts/segments.tsx'
import { EndedTable } from './ended-table.tsx'
import { OpenTable } from './open-table.tsx'

const ROWS = 100
const STATES = [
  ['open', 'Open'],
  ['ended', 'Ended'],
] as const
type State = (typeof STATES)[number][0]

/** Pull requests: open ones with when they are expected to merge, ended ones with what had been expected. */
export const PullsPage = () => {
  const params = new URLSearchParams(useStore(address).split('?')[1] ?? '')
  const state: State = params.get('state') === 'ended' ? 'ended' : 'open'
  const [source, repo] = [params.get('source'), params.get('repo')]
  const asked = useAnswer<readonly PullAnswer[]>(
    `/v1/pulls${query({ state, source, repo, limit: ROWS })}`,
    { on: ['tick'], everyMs: 10_000 },
  )
  return (
    <>
      <h1>Pull requests</h1>
      {repo !== null && (
        <p class="quiet">
          Only those of {repo}. <a href={`/pulls${query({ state })}`}>Show all</a>
        </p>
      )}
      <Panel
        title={state === 'open' ? 'Open, the last opened first' : 'Ended, the last first'}
        isFlush
        note={
          <Segments<State>
            label="State"
            options={STATES}
            chosen={state}
            onChoose={(next) => {
              setParams({ state: next === 'open' ? '' : next })
            }}
          />
        }
      >
        <WhenReady asked={asked} what="the pull requests">
          {(pulls) =>
            pulls.length === 0 ? (
              <NoPulls state={state} />
            ) : state === 'open' ? (
              <OpenTable pulls={pulls} />
            ) : (
              <EndedTable pulls={pulls} />
            )
          }
        </WhenReady>
        {asked.state === 'ready' && typeof asked.answer.next === 'string' && (
          <p class="quiet small more">The first {ROWS} are shown.</p>
        )}
      </Panel>
    </>
  )
}

const NoPulls = ({ state }: { readonly state: State }) => (
  <Message
    title={state === 'open' ? 'No open pull request was heard of' : 'No pull request has ended yet'}
  >
    Pull requests are heard from GitHub (<code>--github owner/repo</code>) and from folders with a{' '}
    <code>pulls.csv</code>.
  </Message>
)
