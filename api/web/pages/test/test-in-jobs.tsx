import { redsOf } from '../../../../schemas/strips.ts'
import type { TestAnswer } from '../../lib/answers.ts'
import { count, percent } from '../../lib/format.ts'
import { gridPath, runPath } from '../../lib/routes.ts'
import { RepoName } from '../../parts/repo-name.tsx'
import { SourceTag } from '../../parts/source-tag.tsx'
import { WordChip } from '../../parts/word-chip.tsx'

/** The jobs of one test, each with its word, its week, and where its failures began. */
export const TestInJobs = ({ jobs }: { readonly jobs: TestAnswer['jobs'] }) => (
  <table class="tests">
    <thead>
      <tr>
        <th scope="col">Job</th>
        <th scope="col">Now</th>
        <th scope="col" class="number">
          Failed, 7 d
        </th>
        <th scope="col">Since</th>
        <th scope="col" class="number">
          Flips
        </th>
        <th scope="col">Last passed</th>
      </tr>
    </thead>
    <tbody>
      {jobs.map((of) => (
        <JobLine key={gridPath(of.state)} of={of} />
      ))}
    </tbody>
  </table>
)

const JobLine = ({ of: { state, variant } }: { readonly of: TestAnswer['jobs'][number] }) => {
  const { reds, results } = redsOf(state.week)
  const { failingRun, passingRun } = state
  return (
    <tr>
      <td class="break">
        <a class="strong" href={gridPath(state, state.test)}>
          {state.job}
        </a>
        <p class="small quiet">
          <SourceTag source={state.source} /> <RepoName repo={state.repo} />
          {variant !== null && <> · {variant}</>}
        </p>
      </td>
      <td>
        <WordChip of={state.word} />
      </td>
      <td class="number">
        {count(reds)} of {count(results)}
      </td>
      <td class="break">
        {failingRun === null ? (
          '—'
        ) : (
          <a href={runPath({ ...state, ...failingRun })}>run {failingRun.runId}</a>
        )}
      </td>
      <td class="number">{percent(state.flip)}</td>
      <td class="break">
        {passingRun === null ? (
          '—'
        ) : (
          <a href={runPath({ ...state, ...passingRun })}>run {passingRun.runId}</a>
        )}
      </td>
    </tr>
  )
}
