import type { KpiValue } from '../../../schemas/events.ts'
import { IntervalBar } from '../charts/rule-bars.tsx'
import { kpiBasis, kpiText } from '../lib/kpis.ts'

/** A pass rate in words, and as a dot on its interval. */
export const PassRate = ({ of }: { readonly of: KpiValue }) => (
  <div class="rate">
    <b>{kpiText(of)}</b>
    <div>
      <IntervalBar
        of={{ ...of, numerator: of.numerator ?? 0, denominator: of.denominator ?? 0 }}
        most={1}
      />
      <p class="small quiet">{kpiBasis(of)}</p>
    </div>
  </div>
)
