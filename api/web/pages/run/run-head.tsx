import type { Run } from '../../../../schemas/events.ts'
import { durationSeconds } from '../../../../schemas/outcomes.ts'
import { useNow } from '../../data/status.ts'
import type { RunAnswer } from '../../lib/answers.ts'
import { chanceAt } from '../../lib/curves.ts'
import { clock, dateTime, duration, percent, range } from '../../lib/format.ts'
import { markOf } from '../../lib/outcomes.ts'
import { ageAt } from '../../lib/running.ts'
import { Crumbs } from '../../parts/crumbs.tsx'
import { LevelChip } from '../../parts/level-chip.tsx'
import { OutcomeMark } from '../../parts/outcome-mark.tsx'
import { Tile } from '../../parts/tile.tsx'
import { RunFacts } from './run-facts.tsx'

/** Name and state of a run, and where it came from. */
export const RunHead = ({ answer }: { readonly answer: RunAnswer }) => {
  const { run } = answer
  return (
    <>
      <div class="page-head">
        <Crumbs job={run} isRun />
        <h1>
          Run {run.runId}
          {run.attempt > 1 && <span class="quiet"> attempt {run.attempt}</span>}
        </h1>
      </div>
      <dl class="tiles head">
        <Tile
          name="State"
          value={<OutcomeMark name={markOf(run)} />}
          under={
            run.rawOutcome === null
              ? run.phase === 'finished'
                ? undefined
                : 'open'
              : `the source says ${run.rawOutcome}`
          }
        />
        {run.phase === 'running' ? (
          <RunningTiles answer={answer} />
        ) : (
          <EndedTiles answer={answer} />
        )}
      </dl>
      <RunFacts run={run} />
    </>
  )
}

const RunningTiles = ({ answer }: { readonly answer: RunAnswer }) => {
  const now = useNow()
  const { run, forecast, decision } = answer
  if (forecast === null) return <Tile name="Chance to fail" value="—" under="no forecast yet" />
  const age = ageAt(forecast, now)
  const chance = chanceAt(forecast, age)
  const since = (now - forecast.observedAt) / 1000
  const left = forecast.remainingSeconds === null ? null : forecast.remainingSeconds - since
  const end = forecast.remainingSeconds === null ? null : now + (left ?? 0) * 1000
  return (
    <>
      <Tile name="Age" value={duration(age)} under={`since ${dateTime(run.startedAt)}`} />
      <Tile
        name="Chance to fail"
        value={percent(chance.p)}
        under={`${range(chance.low, chance.high, percent)} · rests on ${forecast.pool === 'none' ? 'nothing yet' : `its ${forecast.pool}`}`}
      />
      <Tile
        name="Expected end"
        value={
          left === null ? '—' : left >= 0 ? `in ${duration(left)}` : `${duration(-left)} overdue`
        }
        under={end === null ? 'too few durations are known' : `at ${clock(end)}`}
      />
      <Tile
        name="Advice"
        value={<LevelChip level={decision?.level ?? 'abstain'} />}
        under={decision?.reason ?? 'no advice yet'}
      />
    </>
  )
}

const EndedTiles = ({ answer }: { readonly answer: RunAnswer }) => {
  const { run, decision } = answer
  if (run.phase === 'queued')
    return <Tile name="Queued" value={dateTime(run.queuedAt)} under="waits for a machine" />
  return (
    <>
      <Tile
        name="Duration"
        value={duration(durationSeconds(run))}
        under={dateTime(run.startedAt)}
      />
      <Tile name="Waited" value={duration(waitSeconds(run))} under="from queued to started" />
      {decision !== null && (
        <Tile
          name="Last advice"
          value={<LevelChip level={decision.level} />}
          under={`at ${duration(decision.elapsedSeconds)}`}
        />
      )}
    </>
  )
}

const waitSeconds = (run: Run): number | null =>
  run.queuedAt === null || run.startedAt === null || run.startedAt < run.queuedAt
    ? null
    : (run.startedAt - run.queuedAt) / 1000
