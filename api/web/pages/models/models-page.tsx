import { useAnswer } from '../../data/use-answer.ts'
import type { JobDriftAnswer, ModelAnswer } from '../../lib/answers.ts'
import { Message, WhenReady } from '../../parts/asked.tsx'
import { Panel } from '../../parts/panel.tsx'
import { DriftTable } from './drift-table.tsx'
import { ModelPanel } from './model-panel.tsx'

/** Models in service with their versions and cards, and the jobs whose forecasts or stops are adrift. */
export const ModelsPage = () => {
  const models = useAnswer<readonly ModelAnswer[]>('/v1/models', { on: ['tick'], everyMs: 60_000 })
  const drift = useAnswer<readonly JobDriftAnswer[]>('/v1/drift', {
    on: ['score'],
    everyMs: 15_000,
  })
  return (
    <>
      <h1>Models and drift</h1>
      <Panel
        title="Jobs, those held back first"
        isFlush
        note="newest 50 scored runs of each: what was said at their start beside what happened"
      >
        <WhenReady asked={drift} what="how forecasts do of late">
          {(jobs) =>
            jobs.length === 0 ? (
              <Message title="No run was scored yet">Runs are scored when they end.</Message>
            ) : (
              <DriftTable jobs={jobs} />
            )
          }
        </WhenReady>
      </Panel>
      <WhenReady asked={models} what="the models">
        {(all) =>
          all.length === 0 ? (
            <Message title="No model is served here">Forecasts go by the plain formulas.</Message>
          ) : (
            <>
              {all.map((model) => (
                <ModelPanel key={model.name} model={model} />
              ))}
            </>
          )
        }
      </WhenReady>
    </>
  )
}
