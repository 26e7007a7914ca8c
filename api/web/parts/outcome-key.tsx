import type { RunMark } from '../../../schemas/views.ts'
import { count } from '../lib/format.ts'
import { markOf, OUTCOME_LOOKS, type MarkName } from '../lib/outcomes.ts'
import { OutcomeMark } from './outcome-mark.tsx'

/** The outcomes that occur among the runs, each with its shape and its count. */
export const OutcomeKey = ({ runs }: { readonly runs: readonly RunMark[] }) => {
  const counts = new Map<MarkName, number>()
  for (const run of runs) counts.set(markOf(run), (counts.get(markOf(run)) ?? 0) + 1)
  const names = (Object.keys(OUTCOME_LOOKS) as MarkName[]).filter((name) => counts.has(name))
  return (
    <p class="key">
      {names.map((name) => (
        <span key={name}>
          <OutcomeMark name={name} /> {count(counts.get(name))}
        </span>
      ))}
    </p>
  )
}
