import { ratio } from '../../../../schemas/measures.ts'
import { IntervalBar } from '../../charts/rule-bars.tsx'
import type { TestAnswer } from '../../lib/answers.ts'
import { count, percent } from '../../lib/format.ts'

/** Weeks of one test by variant: share of runs in which it passed at once, as a dot on its interval. */
export const VariantsTable = ({ variants }: { readonly variants: TestAnswer['variants'] }) => (
  <table class="variants">
    <thead>
      <tr>
        <th scope="col">Variant</th>
        <th scope="col">Passed at once</th>
        <th scope="col" class="number">
          Failed
        </th>
        <th scope="col" class="number">
          Flaky
        </th>
      </tr>
    </thead>
    <tbody>
      {variants.map(({ variant, jobs, passed, failed, flaky }) => {
        const rate = ratio(passed, passed + failed + flaky)
        return (
          <tr key={variant ?? ''}>
            <th scope="row">
              {variant ?? 'no variant is told'}
              <p class="small quiet">{jobs === 1 ? '1 job' : `${count(jobs)} jobs`}</p>
            </th>
            <td class="c-rate">
              <b>{percent(rate.value)}</b>
              <IntervalBar of={rate} most={1} />
              <p class="small quiet">
                {count(rate.numerator)} of {count(rate.denominator)} runs
              </p>
            </td>
            <td class="number">{count(failed)}</td>
            <td class="number">{count(flaky)}</td>
          </tr>
        )
      })}
    </tbody>
  </table>
)
