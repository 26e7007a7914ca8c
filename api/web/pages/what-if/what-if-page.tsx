import { useEffect, useState } from 'preact/hooks'
import type { WhatIfPolicy } from '../../../../schemas/what-if.ts'
import { address, setParams } from '../../data/router.ts'
import { useStore } from '../../data/store.ts'
import { count, dateTime, hours, percent } from '../../lib/format.ts'
import { FALSE_STOP_BOUND } from '../../lib/rules.ts'
import { Message, WhenReady } from '../../parts/asked.tsx'
import { Panel } from '../../parts/panel.tsx'
import { Segments } from '../../parts/segments.tsx'
import { RulesBars } from '../savings/rules-bars.tsx'
import { subjectOf, SubjectSelect } from '../savings/subject-select.tsx'
import type { WhatIfAnswer } from './answer.ts'
import { Figures } from './figures.tsx'
import { HoursPlot } from './hours-plot.tsx'
import { PolicyForm } from './policy-form.tsx'
import { bodyOf, paramsOf, policyOf, windowOf, WINDOWS, type WindowName } from './policy.ts'
import { FalseStopPlot, PrecisionPlot } from './rates-plot.tsx'
import { StoppedTable } from './stopped-table.tsx'
import { useWhatIf } from './use-what-if.ts'
import { WhatItIs } from './what-it-is.tsx'

/** The address follows a slider once it rests: browsers allow only so many changes of it. */
const REST_MS = 250

/** What another stopping policy would have been worth, over the runs of a window. */
export const WhatIfPage = () => {
  const params = new URLSearchParams(useStore(address).split('?')[1] ?? '')
  const [policy, setPolicy] = useState<WhatIfPolicy>(() => policyOf(params))
  useEffect(() => {
    const timer = setTimeout(() => {
      setParams(paramsOf(policy))
    }, REST_MS)
    return () => {
      clearTimeout(timer)
    }
  }, [policy])
  const { subject } = subjectOf(params)
  const asked = useWhatIf(JSON.stringify(bodyOf(policy, windowOf(params), subject)))
  return (
    <>
      <div class="row between">
        <h1>What if we stopped otherwise?</h1>
        <div class="row">
          <SubjectSelect subject={subjectOf(params)} />
          <Segments<WindowName>
            label="Window"
            options={WINDOWS}
            chosen={windowOf(params)}
            onChoose={(value) => {
              setParams({ days: value })
            }}
          />
        </div>
      </div>
      <Panel title="Policy" note="Nothing is stopped by it: history is replayed.">
        <PolicyForm policy={policy} onChange={setPolicy} />
      </Panel>
      <WhenReady asked={asked} what="the replay">
        {(data) =>
          data.runs === 0 ? (
            <Message title="No run ended in this window">
              Choose a longer window or other jobs: the replay looks at runs that started in it.
            </Message>
          ) : (
            <Replay
              answer={data}
              policy={policy}
              asOf={asked.state === 'ready' ? asked.answer.asOf : 0}
            />
          )
        }
      </WhenReady>
    </>
  )
}

const Replay = ({
  answer,
  policy,
  asOf,
}: {
  readonly answer: WhatIfAnswer
  readonly policy: WhatIfPolicy
  readonly asOf: number
}) => (
  <>
    <WhatItIs answer={answer} />
    <Figures answer={answer} policy={policy} />
    <Panel
      title="Hours at every threshold"
      note="Dotted: false stops are over the bound, so the net does not count."
    >
      <HoursPlot answer={answer} />
    </Panel>
    <div class="columns">
      <Panel title="Precision and recall">
        <PrecisionPlot answer={answer} />
      </Panel>
      <Panel title={`False stops, bound ${percent(FALSE_STOP_BOUND)}`}>
        <FalseStopPlot answer={answer} />
      </Panel>
    </div>
    <Panel
      title="Beside what was decided while the runs ran"
      isFlush
      note="what-if is the policy above; the others are what each rule decided then, at any instant."
    >
      <RulesBars rules={[answer.point, ...answer.rules]} />
    </Panel>
    <Panel
      title="Runs that this policy would have stopped"
      isFlush
      note="the last started first, at most 100"
    >
      <StoppedTable stopped={answer.stopped} />
    </Panel>
    <Panel title="What this rests on">
      <Basis answer={answer} asOf={asOf} />
    </Panel>
  </>
)

const Basis = ({ answer, asOf }: { readonly answer: WhatIfAnswer; readonly asOf: number }) => (
  <ul class="basis">
    <li>
      {count(answer.runs)} ended runs, as of {dateTime(asOf)}: {count(answer.failing)} failing (
      {hours(answer.failedSeconds)}), {count(answer.passing)} passing (
      {hours(answer.passingSeconds)}), {count(answer.censored)} without a class, of which{' '}
      {count(answer.point.stoppedCensored)} would have been stopped: reported, not scored.
    </li>
    {answer.isCut && <li>Older runs of the window are left out: only the newest are held.</li>}
    <li>
      Forecasts at 0, 25, 50, 75, 100 and 125 % of the median passing duration, as they were made
      then, known for {count(answer.forecast)} runs. A stop comes at the first of them that asks for
      one; the pipeline looks more often, so it would have stopped earlier.
    </li>
    <li>
      A stop is worth p · rest − (1 − p) · cost · whole run, from the median rest told then. Our
      rule knows the rest of a failing run apart.
    </li>
    <li>
      Only outcomes that were seen are scored. Where stops were only advised, every run went on to
      its end, and later forecasts learned from it. Where stops were acted on, a run that was cut
      has no class: no rule is credited or charged for it, so of runs that our rule stopped this
      page shows only those that were left to their end.
    </li>
  </ul>
)
