/** What is kept of a run from its start on, and what each baseline would do with it. */

import type { Run } from '../../schemas/events.ts'
import type { Cells, Effect, Tables } from '../processor.ts'
import { runCell } from '../run-cell.ts'
import { BASELINES } from './baselines/index.ts'
import { changeOf, onChange } from './changes.ts'
import { checkpointSeconds } from './checkpoints.ts'
import { headOf } from './head.ts'
import { isClosing, signsOf } from './heard.ts'
import { lookAt } from './look-again.ts'
import { GROUNDS } from './permit.ts'
import { NO_TESTS } from './red-tests.ts'
import {
  changesOf,
  fitOf,
  MAX_OPEN,
  openRuns,
  putOpenRuns,
  sampleOf,
  type RunningRun,
} from './state.ts'
import { viewOf, type View } from './view.ts'
import { NO_WAIT, noteWait } from './waiting.ts'

export const onStarted = (
  cells: Cells,
  run: Run,
  startedAt: number,
  now: number,
  tables: Tables,
): Effect[] => {
  const view = viewOf(cells, run, run.labels, now, tables)
  const signs = signsOf(run)
  const change = changeOf(run)
  const onSame = onChange(changesOf(cells), change)
  const running: RunningRun = {
    source: run.source,
    repo: run.repo,
    job: run.job,
    runId: run.runId,
    attempt: run.attempt,
    startedAt,
    group: run.group,
    labels: run.labels,
    pFail: view.basis.rate,
    level: null,
    isAlerting: false,
    mayHang: false,
    head: headOf(run),
    change,
    changeFailures: onSame?.failures ?? 0,
    changeRuns: onSame?.runs ?? 0,
    siblings: 0,
    trouble: 0,
    terms: [],
    leadIfFailed: 0,
    leadIfPassed: 0,
    signSeconds: signs.length > 0 ? Math.max(0, (run.eventAt - startedAt) / 1000) : null,
    signs,
    ...NO_TESTS,
    redCount: run.failedTests,
    late: [],
    wasSilent: false,
    isSilent: false,
    peaks: GROUNDS.map(() => 0),
    wanted: GROUNDS.map(() => false),
    isClosing: isClosing(run, run),
    ...NO_WAIT,
    stopSeconds: null,
    leastKept: 0,
    isActed: false,
    watched: false,
    dueSeconds: checkpointSeconds(view.basis.medianPass),
    checkpoints: [],
    baselines: baselineStops(cells, view),
  }
  noteWait(running, run)
  const open = openRuns(cells)
  if (open.runs.length < MAX_OPEN)
    putOpenRuns(cells, { ...open, runs: [...open.runs, runCell(run)] })
  return lookAt(cells, running, view, 'started', run.eventId)
}

/** What each baseline would do, by what is known when a run starts. */
const baselineStops = (cells: Cells, { history, basis }: View): Record<string, number> => {
  const { seen } = sampleOf(cells)
  const fit = fitOf(cells)
  const stops: Record<string, number> = {}
  for (const rule of BASELINES) {
    const stop = rule.stopSeconds({
      passes: seen.passes,
      passQuantile: (q) => withWait(basis.pass.lasting.quantileBeyond(0, q), history.meanWait),
      recent: history.recent,
      density: { stopSeconds: fit.stopSeconds },
      compat: { stopSeconds: fit.compatStopSeconds },
      firstFailedStepSeconds: null,
    })
    if (stop !== null) stops[rule.name] = stop
  }
  return stops
}

/** Baselines know no waits: what runs wait in the mean belongs to how long they last. */
const withWait = (seconds: number | null, meanWait: number | null): number | null =>
  seconds === null ? null : seconds + (meanWait ?? 0)
