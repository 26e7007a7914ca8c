import type { TestState } from '../../../../schemas/events.ts'
import { redsOf } from '../../../../schemas/strips.ts'
import { count, duration, percent } from '../../lib/format.ts'
import { gridPath, runPath } from '../../lib/routes.ts'
import { SourceTag } from '../../parts/source-tag.tsx'
import { WordChip } from '../../parts/word-chip.tsx'

/** Tests with what their week came to, how they flip, and where their failures began. */
export const TestsTable = ({ tests }: { readonly tests: readonly TestState[] }) => (
  <table class="tests">
    <thead>
      <tr>
        <th scope="col">Test</th>
        <th scope="col">Now</th>
        <th scope="col" class="number">
          Failed, 7 d
        </th>
        <th scope="col" class="number">
          Flips
        </th>
        <th scope="col" class="number">
          In a row
        </th>
        <th scope="col">Since</th>
        <th scope="col" class="number">
          Takes
        </th>
      </tr>
    </thead>
    <tbody>
      {tests.map((test) => (
        <TestLine key={`${test.source} ${test.repo} ${test.job} ${test.test}`} test={test} />
      ))}
    </tbody>
  </table>
)

const TestLine = ({ test }: { readonly test: TestState }) => {
  const { reds, results } = redsOf(test.week)
  return (
    <tr>
      <td class="break">
        <a class="strong" href={gridPath(test, test.test)}>
          {test.test}
        </a>
        <p class="small quiet">
          <SourceTag source={test.source} /> {test.job}
        </p>
      </td>
      <td>
        <WordChip of={test.word} />
      </td>
      <td class="number" title={`${count(test.week.flaky)} of them passed when tried again`}>
        {count(reds)} of {count(results)}
      </td>
      <td class="number">{percent(test.flip)}</td>
      <td class="number">{test.streak === 0 ? '—' : count(test.streak)}</td>
      <td class="break">
        {test.failingRun === null ? (
          '—'
        ) : (
          <a href={runPath({ ...test, ...test.failingRun })}>run {test.failingRun.runId}</a>
        )}
      </td>
      <td class="number">{duration(test.passSeconds)}</td>
    </tr>
  )
}
