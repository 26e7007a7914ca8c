import type { TestState, TestWord } from '../../../../schemas/events.ts'
import { address, setParams } from '../../data/router.ts'
import { useStore } from '../../data/store.ts'
import { useAnswer } from '../../data/use-answer.ts'
import { query } from '../../lib/routes.ts'
import { WORD_LOOKS, wordOf } from '../../lib/tests.ts'
import { Message, WhenReady } from '../../parts/asked.tsx'
import { Panel } from '../../parts/panel.tsx'
import { Segments } from '../../parts/segments.tsx'
import { TestsTable } from './tests-table.tsx'

const ROWS = 200
const CHOICES: readonly (readonly [TestWord | 'all', string])[] = [
  ['all', 'all'],
  ...(['regression', 'newFailing', 'failing', 'flaky'] as const).map(
    (word) => [word, WORD_LOOKS[word].word] as const,
  ),
]

/** The board of tests over all jobs, the worst first: regressions, new failures, flakes. */
export const TestsPage = () => {
  const params = new URLSearchParams(useStore(address).split('?')[1] ?? '')
  const word = wordOf(params.get('word'))
  const words = params.get('q') ?? ''
  const asked = useAnswer<readonly TestState[]>(
    `/v1/tests${query({ word, q: words.trim(), limit: ROWS })}`,
    { on: ['tick'], everyMs: 15_000 },
  )
  return (
    <>
      <h1>Tests</h1>
      <Panel
        title="Tests of all jobs, the worst first"
        isFlush
        note={
          <div class="choices">
            <Segments
              label="What tests are called"
              options={CHOICES}
              chosen={word ?? 'all'}
              onChoose={(value) => {
                setParams({ word: value === 'all' ? null : value })
              }}
            />
            <input
              type="search"
              aria-label="Words in the name of the test"
              placeholder="Filter by name"
              value={words}
              onInput={(event) => {
                setParams({ q: event.currentTarget.value })
              }}
            />
          </div>
        }
      >
        <WhenReady asked={asked} what="the tests">
          {(tests) =>
            tests.length === 0 ? (
              <Message title="No test fits">
                Tests are heard from JUnit files, TestGrid and <code>tests.csv</code> of an archive.{' '}
                <a href="/tests">Show all</a>
              </Message>
            ) : (
              <TestsTable tests={tests} />
            )
          }
        </WhenReady>
      </Panel>
    </>
  )
}
