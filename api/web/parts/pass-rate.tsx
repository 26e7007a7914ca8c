import type { KpiValue } from '../../../schemas/events.ts'
import { IntervalBar } from '../charts/rule-bars.tsx'
import { kpiBasis, kpiText } from '../lib/kpis.ts'

/** A pass rate in words, and as a dot on its interval. */
export const PassRate = ({
  of,
  behind = null,
}: {
  readonly of: KpiValue
  /** Address of the runs that it rests on; null where it is no link. */
  readonly behind?: string | null
}) => (
  <div class="rate">
    <b>{behind === null || of.value === null ? kpiText(of) : <a href={behind}>{kpiText(of)}</a>}</b>
    <div>
      <IntervalBar
        of={{ ...of, numerator: of.numerator ?? 0, denominator: of.denominator ?? 0 }}
        most={1}
      />
      <p class="small quiet">{kpiBasis(of)}</p>
    </div>
  </div>
)
