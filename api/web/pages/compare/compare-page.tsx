import { address } from '../../data/router.ts'
import { useStore } from '../../data/store.ts'
import { useAnswer } from '../../data/use-answer.ts'
import type { CompareAnswer } from '../../lib/answers.ts'
import { dateTime } from '../../lib/format.ts'
import { query } from '../../lib/routes.ts'
import { chosenOf, subjectText, type Chosen } from '../../lib/subject-keys.ts'
import { Message, WhenReady } from '../../parts/asked.tsx'
import { Panel } from '../../parts/panel.tsx'
import { ChooseSide } from './choose-side.tsx'
import { DifferenceTable } from './difference-table.tsx'

/** Two subjects, windows or instants beside each other; the address says which. */
export const ComparePage = () => {
  const params = new URLSearchParams(useStore(address).split('?')[1] ?? '')
  const [base, sample] = [params.get('base'), params.get('sample')]
  const isChosen = chosenOf(base) !== null && chosenOf(sample) !== null
  const asked = useAnswer<CompareAnswer>(
    isChosen
      ? `/v1/compare${query({
          ...{ base, sample },
          ...{ base_at: params.get('base_at'), sample_at: params.get('sample_at') },
        })}`
      : null,
    { on: ['tick'], everyMs: 30_000 },
  )
  return (
    <>
      <h1>Compare</h1>
      <div class="columns">
        <ChooseSide title="Base" side="base" chosen={chosenOf(base)} at={params.get('base_at')} />
        <ChooseSide
          title="Sample"
          side="sample"
          chosen={chosenOf(sample)}
          at={params.get('sample_at')}
        />
      </div>
      <Panel title="Sample less base" isFlush note={noteOf(chosenOf(base), chosenOf(sample))}>
        {isChosen ? (
          <WhenReady asked={asked} what="both records of KPIs">
            {(answer) => (
              <>
                <DifferenceTable answer={answer} />
                <p class="quiet small more">
                  base as of {dateTime(answer.base.eventAt)}, sample as of{' '}
                  {dateTime(answer.sample.eventAt)}
                </p>
              </>
            )}
          </WhenReady>
        ) : (
          <Message title="Choose what to compare">
            Two jobs, two branches, two clusters, two windows, or one subject now and at an instant
            before.
          </Message>
        )}
      </Panel>
    </>
  )
}

const noteOf = (base: Chosen | null, sample: Chosen | null): string | undefined =>
  base === null || sample === null
    ? undefined
    : `${subjectText(sample.subject)}, ${sample.window} against ${subjectText(base.subject)}, ${base.window}`
