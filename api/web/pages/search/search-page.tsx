import type { JobRef } from '../../../../schemas/events.ts'
import { address, setParams } from '../../data/router.ts'
import { useStore } from '../../data/store.ts'
import { useAnswer } from '../../data/use-answer.ts'
import type { FoundAnswer } from '../../lib/answers.ts'
import {
  gridPath,
  incidentPath,
  jobPath,
  pullPath,
  query,
  runPath,
  subjectPath,
} from '../../lib/routes.ts'
import { Message, WhenReady } from '../../parts/asked.tsx'
import { Panel } from '../../parts/panel.tsx'

const WORDS: Readonly<Record<FoundAnswer['kind'], string>> = {
  job: 'Jobs',
  subject: 'Repositories, communities and labels',
  incident: 'Incidents',
  pull: 'Pull requests',
  test: 'Tests',
  run: 'Runs',
}

/** Address of what was found. */
const pathOf = ({ kind, parts }: FoundAnswer): string => {
  const [a = '', b = '', c = '', d = '', e = ''] = parts
  const job: JobRef = { source: a, repo: b, job: c }
  switch (kind) {
    case 'job':
      return jobPath(job)
    case 'run':
      return runPath({ ...job, runId: d, attempt: Number(e) })
    case 'test':
      return gridPath(job, d)
    case 'pull':
      return pullPath({ source: a, repo: b, pull: Number(c) })
    case 'incident':
      return incidentPath(a)
    case 'subject':
      return subjectPath({ dimension: a, subject: b })
  }
}

/** Everything whose name holds the words, kind by kind. */
export const SearchPage = () => {
  const words = new URLSearchParams(useStore(address).split('?')[1] ?? '').get('q') ?? ''
  const asked = useAnswer<readonly FoundAnswer[]>(
    words.trim() === '' ? null : `/v1/search${query({ q: words })}`,
  )
  return (
    <>
      <h1>Search</h1>
      <Panel
        title="In the names of everything"
        note={
          <input
            type="search"
            class="wide-search"
            aria-label="Words in any order"
            value={words}
            onInput={(event) => {
              setParams({ q: event.currentTarget.value })
            }}
          />
        }
      >
        {words.trim() === '' ? (
          <Message title="Say what to look for">
            Jobs, repositories, labels, incidents, pull requests, tests and runs are searched.
          </Message>
        ) : (
          <WhenReady asked={asked} what="what fits">
            {(found) =>
              found.length === 0 ? <Message title="Nothing fits" /> : <FoundLists found={found} />
            }
          </WhenReady>
        )}
      </Panel>
    </>
  )
}

const FoundLists = ({ found }: { readonly found: readonly FoundAnswer[] }) => (
  <div class="stack">
    {[...Map.groupBy(found, ({ kind }) => kind)].map(([kind, those]) => (
      <section key={kind} aria-label={WORDS[kind]}>
        <h3>{WORDS[kind]}</h3>
        <ul>
          {those.map((one) => (
            <li key={one.parts.join('/')} class="break">
              <a href={pathOf(one)}>{one.title}</a> <span class="small quiet">{one.under}</span>
            </li>
          ))}
        </ul>
      </section>
    ))}
  </div>
)
