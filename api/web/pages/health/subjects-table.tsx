import type { Kpi, KpiValue } from '../../../../schemas/events.ts'
import { keyParts } from '../../../../schemas/keys.ts'
import { kpiBasis, kpiText } from '../../lib/kpis.ts'
import { subjectPath } from '../../lib/routes.ts'
import { runsBehind } from '../../lib/runs-behind.ts'
import { PassRate } from '../../parts/pass-rate.tsx'
import { RepoName } from '../../parts/repo-name.tsx'
import { SourceTag } from '../../parts/source-tag.tsx'

const COLUMNS = [
  ['net_improvement', 'In a week'],
  ['infra_failure_rate', 'Infrastructure'],
  ['duration_p50_pass', 'Median pass'],
  ['queue_p50', 'Median wait'],
  ['wasted_hours', 'Wasted'],
  ['mean_time_to_fix', 'Time to fix'],
] as const

/** Subjects with their week: pass rate with its interval, how it moved, waits and waste. */
export const SubjectsTable = ({ week }: { readonly week: readonly Kpi[] }) => (
  <table class="subjects">
    <thead>
      <tr>
        <th scope="col">Subject</th>
        <th scope="col">Pass rate</th>
        {COLUMNS.map(([kpi, word]) => (
          <th key={kpi} scope="col" class="number">
            {word}
          </th>
        ))}
      </tr>
    </thead>
    <tbody>
      {[...week].sort(byPassRate).map((kpi) => (
        <SubjectLine key={kpi.subject} kpi={kpi} />
      ))}
    </tbody>
  </table>
)

const valueOf = ({ values }: Kpi, name: string): KpiValue | undefined =>
  values.find(({ kpi }) => kpi === name)
/** Where nothing was heard last. */
const passRateOf = (kpi: Kpi): number => valueOf(kpi, 'run_pass_rate')?.value ?? Infinity
const byPassRate = (a: Kpi, b: Kpi): number =>
  passRateOf(a) - passRateOf(b) || (a.subject < b.subject ? -1 : 1)

const SubjectLine = ({ kpi }: { readonly kpi: Kpi }) => {
  const { dimension, subject } = kpi
  const [source = '', ...rest] = keyParts(subject)
  const passRate = valueOf(kpi, 'run_pass_rate')
  return (
    <tr>
      <td class="break">
        <a class="strong" href={subjectPath({ dimension, subject })}>
          <RepoName repo={rest.length === 0 ? source : rest.join(' · ')} />
        </a>
        <p class="small quiet">
          <SourceTag source={source} />
        </p>
      </td>
      <td class="c-rate">
        {passRate !== undefined && (
          <PassRate
            of={passRate}
            behind={runsBehind({ dimension, subject }, passRate.kpi, kpi.window, kpi.eventAt)}
          />
        )}
      </td>
      {COLUMNS.map(([name]) => (
        <Figure
          key={name}
          of={valueOf(kpi, name)}
          behind={runsBehind({ dimension, subject }, name, kpi.window, kpi.eventAt)}
        />
      ))}
    </tr>
  )
}

const Figure = ({ of, behind }: { readonly of: KpiValue | undefined; readonly behind: string }) => {
  const text = of === undefined ? '—' : kpiText(of)
  return (
    <td class="number" title={of === undefined ? undefined : kpiBasis(of)}>
      {text === '—' ? text : <a href={behind}>{text}</a>}
    </td>
  )
}
