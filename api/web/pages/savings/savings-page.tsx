import { address, setParams } from '../../data/router.ts'
import { useStore } from '../../data/store.ts'
import { useAnswer } from '../../data/use-answer.ts'
import type { Calibration, Savings } from '../../lib/answers.ts'
import { query } from '../../lib/routes.ts'
import { scoredRuns, stoppedRuns } from '../../lib/runs-behind.ts'
import { WhenReady } from '../../parts/asked.tsx'
import { Panel } from '../../parts/panel.tsx'
import { Segments } from '../../parts/segments.tsx'
import { Basis } from './basis.tsx'
import { CalibrationPanels } from './calibration-panels.tsx'
import { RulesBars } from './rules-bars.tsx'
import { subjectOf, SubjectSelect } from './subject-select.tsx'

const WINDOWS = [
  ['14d', '14 days'],
  ['total', 'all time'],
] as const
type WindowName = (typeof WINDOWS)[number][0]
const FRESH = { on: ['score'], everyMs: 8000 } as const

/** What stops would have saved and burnt, and how good the forecasts were. */
export const SavingsPage = () => {
  const params = new URLSearchParams(useStore(address).split('?')[1] ?? '')
  const subject = subjectOf(params)
  const window = WINDOWS.find(([name]) => name === params.get('window'))?.[0] ?? 'total'
  const asked = query({ ...subject, window })
  const savings = useAnswer<Savings>(`/v1/savings${asked}`, FRESH)
  const calibration = useAnswer<Calibration>(`/v1/calibration${asked}`, FRESH)
  return (
    <>
      <div class="row between">
        <h1>Savings and calibration</h1>
        <div class="row">
          <SubjectSelect subject={subject} />
          <Segments<WindowName>
            label="Window"
            options={WINDOWS}
            chosen={window}
            onChoose={(value) => {
              setParams({ window: value })
            }}
          />
        </div>
      </div>
      <Panel
        title="Our rule beside every baseline"
        isFlush
        note={
          savings.state === 'ready' ? (
            <Basis
              of={savings.data}
              behind={(outcome) => scoredRuns(subject, outcome, window, savings.answer.asOf)}
            />
          ) : undefined
        }
      >
        <WhenReady asked={savings} what="the savings of this subject">
          {(data, { asOf }) => (
            <RulesBars
              rules={data.rules}
              behind={(rule, outcome) => stoppedRuns(rule, subject, outcome, window, asOf)}
            />
          )}
        </WhenReady>
      </Panel>
      <WhenReady asked={calibration} what="the calibration of this subject">
        {(data) => <CalibrationPanels calibration={data} />}
      </WhenReady>
    </>
  )
}
