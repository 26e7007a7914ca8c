import type { Incident } from '../../../../schemas/events.ts'
import { setParams } from '../../data/router.ts'
import { count } from '../../lib/format.ts'

/** How many of each rule are in the list, most first; pressed, the list shows that rule alone. */
export const RuleButtons = ({ incidents }: { readonly incidents: readonly Incident[] }) => {
  const byAlert = [...Map.groupBy(incidents, ({ alert }) => alert)].sort(
    ([a, ofA], [b, ofB]) => ofB.length - ofA.length || (a < b ? -1 : 1),
  )
  return (
    <div class="row level-buttons" role="group" aria-label="Rules">
      {byAlert.map(([alert, of]) => (
        <button
          key={alert}
          type="button"
          class="l-button"
          onClick={() => {
            setParams({ alert })
          }}
        >
          {alert} <b>{count(of.length)}</b>
        </button>
      ))}
    </div>
  )
}
