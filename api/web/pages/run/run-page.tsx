import type { RunRef } from '../../../../schemas/events.ts'
import type { TrajectoryPoint } from '../../../../schemas/views.ts'
import { durationSeconds } from '../../../../schemas/outcomes.ts'
import { now } from '../../data/status.ts'
import { useAnswer } from '../../data/use-answer.ts'
import type { RunAnswer } from '../../lib/answers.ts'
import { runApi } from '../../lib/routes.ts'
import { ageAt } from '../../lib/running.ts'
import { trajectoryOf } from '../../lib/trajectory.ts'
import { WhenReady } from '../../parts/asked.tsx'
import { Panel } from '../../parts/panel.tsx'
import { ChancePlot } from './chance-plot.tsx'
import { Decisions } from './decisions.tsx'
import { EndPlot } from './end-plot.tsx'
import { FailurePanel } from './failure-panel.tsx'
import { RiskPanel } from './risk-panel.tsx'
import { RunHead } from './run-head.tsx'
import { RunSteps } from './run-steps.tsx'
import { ScorePanel } from './score-panel.tsx'

const OFTEN = { on: ['forecast', 'decision', 'run', 'score'], everyMs: 1500 } as const

/** Age of a running run, duration of an ended one. Unit: seconds. */
const ageOf = ({ run, forecast }: RunAnswer): number =>
  run.phase === 'running' && forecast !== null
    ? ageAt(forecast, now())
    : (durationSeconds(run) ?? 0)

/** One run: what was said of it as it went, and what came true. */
export const RunPage = ({ run }: { readonly run: RunRef }) => {
  const answer = useAnswer<RunAnswer>(runApi(run), OFTEN)
  const points = useAnswer<readonly TrajectoryPoint[]>(runApi(run, '/trajectory?limit=500'), {
    ...OFTEN,
    rows: 4000,
  })
  return (
    <WhenReady asked={answer} what="this run">
      {(known) => (
        <>
          <RunHead answer={known} />
          <WhenReady asked={points} what="the trajectory of this run">
            {(all) => {
              const trajectory = trajectoryOf(all)
              return (
                <>
                  <div class="columns">
                    <Panel title="Chance to fail" note="with its 90 % interval, over elapsed time">
                      <ChancePlot trajectory={trajectory} age={ageOf(known)} />
                    </Panel>
                    <Panel
                      title="Expected duration"
                      note="with its 80 % range, narrowing to the end"
                    >
                      <EndPlot trajectory={trajectory} age={ageOf(known)} />
                    </Panel>
                  </div>
                  <div class="columns">
                    <Panel title="Advice" note="each change once, with what it rests on">
                      <Decisions decisions={trajectory.decisions} />
                    </Panel>
                    <div class="stack">
                      <FailurePanel run={known.run} />
                      <RiskPanel run={known.run} />
                      <RunSteps run={known.run} />
                      <ScorePanel score={trajectory.score ?? known.score} run={known.run} />
                    </div>
                  </div>
                </>
              )
            }}
          </WhenReady>
        </>
      )}
    </WhenReady>
  )
}
