import type { PullRef } from '../../../../schemas/keys.ts'
import type { PullPoint } from '../../../../schemas/views.ts'
import { useAnswer } from '../../data/use-answer.ts'
import { pullTrajectoryOf, type PullAnswer } from '../../lib/pulls.ts'
import { pullApi } from '../../lib/routes.ts'
import { WhenReady } from '../../parts/asked.tsx'
import { Panel } from '../../parts/panel.tsx'
import { Classes } from './classes.tsx'
import { Drivers } from './drivers.tsx'
import { MergePlot } from './merge-plot.tsx'
import { PullHead } from './pull-head.tsx'
import { TroubledChecks } from './troubled-checks.tsx'

const OFTEN = { on: ['tick'], everyMs: 5_000 } as const

/** One pull request: when it is expected to merge, what drives that, and how it was seen as it went. */
export const PullPage = ({ pull }: { readonly pull: PullRef }) => {
  const answer = useAnswer<PullAnswer>(pullApi(pull), OFTEN)
  const points = useAnswer<readonly PullPoint[]>(pullApi(pull, '/trajectory?limit=500'), OFTEN)
  return (
    <WhenReady asked={answer} what="this pull request">
      {(known) => (
        <>
          <PullHead answer={known} />
          <WhenReady asked={points} what="the trajectory of this pull request">
            {(all) => (
              <Panel
                title="Time to merge"
                note="as it was expected over the time it was open, with its 50 % and 90 % ranges"
              >
                <MergePlot {...pullTrajectoryOf(all)} />
              </Panel>
            )}
          </WhenReady>
          <div class="columns">
            <Panel title="What drives it" note="beside a usual pull request of this repository">
              <Drivers of={known.forecast} />
            </Panel>
            <div class="stack">
              <Panel title="Checks" note="runs on its newest commit that failed or are likely to">
                <TroubledChecks of={known.forecast} />
              </Panel>
              <Panel title="Ten classes" note="of AI4CI, by the deciles of this repository">
                <Classes of={known.compat} />
              </Panel>
            </div>
          </div>
        </>
      )}
    </WhenReady>
  )
}
