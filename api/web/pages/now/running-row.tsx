import { memo } from '../../parts/memo.tsx'
import { SurvivalSpark } from '../../charts/survival-spark.tsx'
import { useProfile } from '../../data/profiles.ts'
import { useNow } from '../../data/status.ts'
import { useVisible } from '../../data/use-visible.ts'
import { clock, duration, range, shortId } from '../../lib/format.ts'
import { jobPath, runPath } from '../../lib/routes.ts'
import { ageAt, chanceOf, levelOf, type RunningRow } from '../../lib/running.ts'
import { ChanceBar } from '../../parts/chance-bar.tsx'
import { LevelChip } from '../../parts/level-chip.tsx'
import { SourceTag } from '../../parts/source-tag.tsx'
import { Signals } from './signals.tsx'

/** One running run. Out of sight it neither ticks nor asks. */
export const RunningRowView = memo(({ row }: { readonly row: RunningRow }) => {
  const { ref, isVisible } = useVisible<HTMLTableRowElement>()
  const now = useNow(isVisible)
  const { forecast, decision } = row
  const profile = useProfile(forecast, isVisible)
  const age = ageAt(forecast, now)
  return (
    <tr ref={ref} class="run-row">
      <td class="c-chance">
        <ChanceBar chance={chanceOf(row, now)} level={levelOf(row)} />
      </td>
      <td class="c-advice">
        <div class="advice">
          <LevelChip level={levelOf(row)} />
          <p class="small">{decision?.reason ?? 'no advice yet'}</p>
        </div>
      </td>
      <td class="c-job">
        <p class="row">
          <a class="strong break" href={jobPath(forecast)}>
            {forecast.job}
          </a>
          <Signals row={row} />
        </p>
        <p
          class="small quiet one-line"
          title={`${forecast.source} · ${forecast.repo} · run ${forecast.runId}`}
        >
          <SourceTag source={forecast.source} />{' '}
          <a href={runPath(forecast)}>
            run {shortId(forecast.runId)}
            {forecast.attempt > 1 ? ` #${forecast.attempt}` : ''}
          </a>{' '}
          · {forecast.repo}
        </p>
      </td>
      <td class="c-curve">
        <SurvivalSpark profile={profile} age={age} />
      </td>
      <td class="c-age number">{duration(Math.floor(age))}</td>
      <td class="c-end number">
        <ExpectedEnd row={row} now={now} />
      </td>
    </tr>
  )
})

const whole = (seconds: number): number => Math.max(0, Math.round(seconds))

/** When the run is expected to end: time left, the 80 % range, and the hour. */
const ExpectedEnd = ({ row, now }: { readonly row: RunningRow; readonly now: number }) => {
  const { remainingSeconds, remainingLow, remainingHigh, observedAt } = row.forecast
  if (remainingSeconds === null) return <span class="quiet">not known</span>
  const since = Math.max(0, (now - observedAt) / 1000)
  const left = Math.round(remainingSeconds - since)
  const at = observedAt + remainingSeconds * 1000
  return (
    <>
      <b>{left >= 0 ? `in ${duration(left)}` : `${duration(-left)} overdue`}</b>
      <p class="small quiet">
        {remainingLow === null || remainingHigh === null
          ? clock(at)
          : `${range(whole(remainingLow - since), whole(remainingHigh - since), duration)} · ${clock(at)}`}
      </p>
    </>
  )
}
