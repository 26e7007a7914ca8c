import type { Run } from '../../../../schemas/events.ts'
import { useNow } from '../../data/status.ts'
import { useAnswer } from '../../data/use-answer.ts'
import type { StepAnswer } from '../../lib/answers.ts'
import { bytes, count } from '../../lib/format.ts'
import { runApi } from '../../lib/routes.ts'
import { Message } from '../../parts/asked.tsx'
import { Facts } from '../../parts/facts.tsx'
import { Panel } from '../../parts/panel.tsx'
import { StepsPicture } from './steps-picture.tsx'

/** What was heard inside the run: steps on their time line, tests, log. */
export const RunSteps = ({ run }: { readonly run: Run }) => {
  const asked = useAnswer<{ readonly steps: readonly StepAnswer[] }>(runApi(run, '/steps'), {
    on: ['run'],
    everyMs: 2000,
  })
  const isRunning = run.phase === 'running'
  const at = useNow(isRunning)
  const steps = asked.state === 'ready' ? asked.data.steps : []
  const hasNothing =
    steps.length === 0 && run.steps === 0 && run.failedTests === 0 && run.logBytes === null
  return (
    <Panel title="Inside the run" note={`${count(run.steps)} steps finished`}>
      {hasNothing ? (
        <Message title="Nothing was heard inside it">
          This source tells no steps, tests or log of the run, or has not yet.
        </Message>
      ) : (
        <>
          {steps.length > 0 && (
            <StepsPicture steps={steps} now={isRunning ? at : (run.finishedAt ?? at)} />
          )}
          <Facts
            of={[
              ['Failed steps', run.failedSteps.length === 0 ? null : run.failedSteps.join(', ')],
              ['Red tests', run.failedTests === 0 ? null : count(run.failedTests)],
              ['Log', run.logBytes === null ? null : bytes(run.logBytes)],
            ]}
          />
        </>
      )}
    </Panel>
  )
}
