import type { JobRef, TestState } from '../../../../schemas/events.ts'
import { useAnswer } from '../../data/use-answer.ts'
import { count, dateTime, duration, figure, percent } from '../../lib/format.ts'
import { gridPath, query, runPath, testPath } from '../../lib/routes.ts'
import { Message, WhenReady } from '../../parts/asked.tsx'
import { Panel } from '../../parts/panel.tsx'
import { Tile } from '../../parts/tile.tsx'
import { WordChip } from '../../parts/word-chip.tsx'

/** One test of the job: its week, its scores, since when it fails, and what fails with it. */
export const TestFacts = ({ job, test }: { readonly job: JobRef; readonly test: string }) => {
  const asked = useAnswer<readonly TestState[]>(`/v1/tests${query({ ...job, test })}`, {
    on: ['score'],
    everyMs: 15_000,
  })
  return (
    <Panel
      title={test}
      note={
        <span class="row">
          <a href={testPath(test)}>in all jobs</a>
          <a href={gridPath(job)}>close</a>
        </span>
      }
    >
      <WhenReady asked={asked} what="this test">
        {([state]) =>
          state === undefined ? (
            <Message title="Nothing is said of this test yet" />
          ) : (
            <Facts state={state} />
          )
        }
      </WhenReady>
    </Panel>
  )
}

const Facts = ({ state }: { readonly state: TestState }) => (
  <div class="facts-of">
    <p class="quiet break">
      <WordChip of={state.word} /> {began(state)}
    </p>
    <dl class="tiles">
      <Tile name="Failed, 7 days" value={count(state.week.failed)} under={weekText(state)} />
      <Tile
        name="Naive flake score"
        value={percent(state.naive)}
        under="failed or flaky, last 50 results"
      />
      <Tile name="Flip score" value={percent(state.flip)} under="flips to failing; outages aside" />
      <Tile
        name="Transitions"
        value={percent(state.transition)}
        under="passes followed by a failure, last 20"
      />
      <Tile
        name="Against its basis"
        value={state.fisher === null ? '—' : `p ${figure(state.fisher)}`}
        under={`${count(state.basisFailures)} of ${count(state.basisRuns)} failed before; bets ${figure(state.eValue)}`}
      />
      <Tile
        name="Takes"
        value={duration(state.passSeconds)}
        under={
          state.fixes === 0
            ? 'no closed failure in 30 days'
            : `mended after ${duration(state.fixSeconds / state.fixes)} on average`
        }
      />
    </dl>
    {state.together.length > 0 && (
      <section>
        <h3>Fails together with</h3>
        <ul>
          {state.together.map(({ test, phi, runs }) => (
            <li key={test} class="break">
              <a href={gridPath(state, test)}>{test}</a>{' '}
              <span class="quiet">
                phi {figure(phi)}, {count(runs)} runs
              </span>
            </li>
          ))}
        </ul>
      </section>
    )}
  </div>
)

const weekText = ({ week, weekBefore }: TestState): string =>
  `${count(week.passed)} passed, ${count(week.flaky)} flaky; ${count(weekBefore.failed)} failed in the week before`

/** Where its failures began, with the last run in which it passed. */
const began = (state: TestState) => {
  const { failingRun, passingRun, streak } = state
  if (failingRun === null) return null
  return (
    <>
      {count(streak)} in a row since{' '}
      <a href={runPath({ ...state, ...failingRun })}>run {failingRun.runId}</a> (
      {dateTime(failingRun.at)})
      {passingRun !== null && (
        <>
          ; last passed in <a href={runPath({ ...state, ...passingRun })}>run {passingRun.runId}</a>
        </>
      )}
    </>
  )
}
