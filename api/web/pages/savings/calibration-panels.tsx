import { Reliability } from '../../charts/reliability.tsx'
import { SkillBars } from '../../charts/skill-bars.tsx'
import { address, setParams } from '../../data/router.ts'
import { useStore } from '../../data/store.ts'
import type { Calibration, CheckpointAnswer } from '../../lib/answers.ts'
import { count, duration, figure, percent, range } from '../../lib/format.ts'
import { Message } from '../../parts/asked.tsx'
import { Panel } from '../../parts/panel.tsx'
import { Segments } from '../../parts/segments.tsx'

/** Reliability at one checkpoint, skill at all of them, and how good the expected remaining time was. */
export const CalibrationPanels = ({ calibration }: { readonly calibration: Calibration }) => {
  const chosen = new URLSearchParams(useStore(address).split('?')[1] ?? '').get('at')
  const checks = [...calibration.checkpoints].sort((a, b) => a.at - b.at)
  const check =
    checks.find(({ at }) => String(at) === chosen) ??
    checks.find(({ at }) => at === 0.5) ??
    checks[0]
  if (check === undefined)
    return (
      <Panel title="Reliability">
        <Message title="No forecast was scored yet">
          Forecasts are scored at fixed shares of the job's median passing duration.
        </Message>
      </Panel>
    )
  return (
    <div class="columns">
      <Panel
        title="Reliability"
        note={
          <Segments
            label="Checkpoint: share of the median passing duration"
            options={checks.map(({ at }) => [String(at), percent(at)] as const)}
            chosen={String(check.at)}
            onChoose={(value) => {
              setParams({ at: value })
            }}
          />
        }
      >
        <Reliability check={check} />
        <p class="quiet small">{eceText(check)}</p>
      </Panel>
      <Panel
        title="Skill per checkpoint"
        note="1 − Brier over that of the job's base rate; above 0 is better"
      >
        <SkillBars checks={checks} />
        <RemainingText calibration={calibration} />
      </Panel>
    </div>
  )
}

const eceText = ({ at, n, ece, calibratedEce, auc }: CheckpointAnswer): string =>
  `At ${percent(at)} of the median pass: ${count(n)} runs alive; expected calibration error ${percent(ece)}${
    calibratedEce === null
      ? ''
      : `, a calibrated forecaster of as many runs would show ${range(calibratedEce.low, calibratedEce.high, percent)}`
  }; AUC ${figure(auc)}.`

const RemainingText = ({ calibration }: { readonly calibration: Calibration }) => {
  const { n, errorSeconds, jenkinsErrorSeconds, coverage } = calibration.remaining
  return (
    <p class="quiet small">
      Remaining time at half the median: mean absolute error {duration(errorSeconds)} (Jenkins' rule{' '}
      {duration(jenkinsErrorSeconds)}, n {count(n)}); {percent(coverage.value)} ended within the 80
      % range ({range(coverage.low, coverage.high, percent)}).
    </p>
  )
}
