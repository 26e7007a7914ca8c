import type { Run } from '../../../../schemas/events.ts'
import { bytes, count } from '../../lib/format.ts'
import { Message } from '../../parts/asked.tsx'
import { Facts } from '../../parts/facts.tsx'
import { OutcomeMark } from '../../parts/outcome-mark.tsx'
import { Panel } from '../../parts/panel.tsx'

/** What was heard inside the run: steps, tests, log. */
export const RunSteps = ({ run }: { readonly run: Run }) => (
  <Panel title="Inside the run">
    {run.steps === 0 && run.failedTests === 0 && run.logBytes === null ? (
      <Message title="Nothing was heard inside it">
        This source tells no steps, tests or log of the run, or has not yet.
      </Message>
    ) : (
      <Facts
        of={[
          ['Steps finished', count(run.steps)],
          [
            'Last step',
            run.step === null ? null : (
              <>
                {run.step} {run.stepOutcome !== null && <OutcomeMark name={run.stepOutcome} />}
              </>
            ),
          ],
          [
            'Failed steps',
            run.failedSteps.length === 0
              ? null
              : run.failedSteps.map((step) => (
                  <span key={step}>
                    <span class="tag red">✕ {step}</span>{' '}
                  </span>
                )),
          ],
          ['Red tests', run.failedTests === 0 ? null : count(run.failedTests)],
          ['Log', run.logBytes === null ? null : bytes(run.logBytes)],
        ]}
      />
    )}
  </Panel>
)
