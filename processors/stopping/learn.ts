/** What a job learns from the end of a run, and what it tells its pools and its page. */

import type { PoolOutcome, Run } from '../../schemas/events.ts'
import { durationSeconds, failedClass } from '../../schemas/outcomes.ts'
import { derivedId } from '../../schemas/ids.ts'
import { jobKey, keyParts } from '../../schemas/keys.ts'
import { phaseOf } from '../phase.ts'
import {
  askedOf,
  emit,
  setTimer,
  type Cells,
  type Effect,
  type Model,
  type Tables,
} from '../processor.ts'
import { refitted } from './density/stops.ts'
import { addToSample } from './density/sample.ts'
import { wasStopped } from './cut.ts'
import { guarded } from './guard.ts'
import { headOf } from './head.ts'
import { heedAfter, type Starts } from './heed.ts'
import { lateSign, SILENCE_SIGN } from './signs.ts'
import { afterPoints, type Point } from './slopes.ts'
import { baseRate, remember, rememberCensored, type History } from './history.ts'
import { JOB_FORGET, leadAfter, type Lead } from './lead.ts'
import { natsOf } from './model.ts'
import { rescored } from './rates.ts'
import { countTests } from './red-tests.ts'
import { profileOf } from './profile.ts'
import { changeOf, countChange } from './changes.ts'
import {
  changesOf,
  fitOf,
  historyOf,
  sampleOf,
  testsOf,
  type PassedCheckpoint,
  type RunningRun,
} from './state.ts'
import { viewOf } from './view.ts'
import { waitedBy } from './waiting.ts'
import { familyOf } from '../../schemas/slices.ts'
import { poolsOf } from './pools.ts'
import { stopPoint } from './next-look.ts'

export const PROFILE_TIMER = 'profile'
/**
 * A changed profile is published within the minute after the next full quarter of an hour while it is young, after the next
 * full hour later on: each job in its turn. Forecasts of running runs do not wait for it.
 */
const YOUNG_EVERY_MS = 900_000
const OLD_EVERY_MS = 3_600_000
const YOUNG_RUNS = 5
const TURN_MS = 60_000
/** Skill is forgotten by halves every 50 runs. */
const SKILL_FORGET = 0.5 ** (1 / 50)

/** Updates the cells of the job with one ended run that stands for `weight` runs. */
export const afterEnd = (
  cells: Cells,
  run: Run,
  running: RunningRun | undefined,
  weight: number,
  now: number,
  tables: Tables,
): Effect[] => {
  const labels = running?.labels ?? run.labels
  const failed = failedClass(run.outcome ?? 'unknown')
  const seconds = durationSeconds(run)
  const before = historyOf(cells)
  const waitedSeconds = waitedIn(run, running)
  const worked = seconds === null ? null : Math.max(0, seconds - waitedSeconds)
  if (failed === null) {
    if (worked !== null && running !== undefined && run.outcome === 'aborted')
      cells.put('history', {
        ...rememberCensored(before, worked, running.pFail),
        cut: before.cut + (wasStopped(run, running) ? 1 : 0),
      })
    return []
  }
  const signSeconds = signOf(running, worked)
  const isCut = run.outcome === 'timedOut'
  const history = remember(before, {
    failed,
    startedAt: run.startedAt,
    head: running?.head ?? headOf(run),
    durationSeconds: seconds,
    waitedSeconds,
    isCut,
    signSeconds,
    signs: running === undefined ? [] : signsIn(running),
  })
  const { basis, model } = viewOf(cells, run, labels, now, tables)
  history.expertScores = rescored(before.expertScores, basis.rates, failed)
  history.slopes = afterPoints(before.slopes, pointsOf(running), failed)
  history.heed = heedAfter(before.heed, startsIn(running), failed)
  noteSkill(history, running, failed)
  noteStops(history, running, failed)
  history.cut = before.cut - (weight - 1)
  history.family = familyOf(run.job, labels)
  history.lastEndAt = now
  const lead = leadOf(model, running, failed)
  if (lead !== null) history.lead = leadAfter(before.lead, lead.model, lead.nats, JOB_FORGET)
  const effects: Effect[] = [publishProfile(history, jobKey(run), now)]
  cells.put('history', history)
  if (running !== undefined && running.redTests.length + running.flakedTests.length > 0)
    cells.put('tests', { tests: countTests(testsOf(cells), running, failed) })
  const change = running === undefined ? changeOf(run) : running.change
  if (change !== null)
    cells.put('changes', { changes: countChange(changesOf(cells), change, failed) })
  if (seconds !== null) learnDuration(cells, failed, seconds, history)
  const [family, repository, community] = poolsOf(run, labels)
  const told = poolOutcome(run, running, failed, worked, signSeconds, weight, now)
  effects.push(
    emit('ci.pool-outcomes.v1', told(family, [], null)),
    emit('ci.pool-outcomes.v1', told(repository, [], null)),
    emit('ci.pool-outcomes.v1', told(community, running?.terms ?? [], lead)),
  )
  return effects
}

/** All that went wrong in it, each of which counts by itself. */
const signsIn = ({ signs, late, wasSilent }: RunningRun): string[] => [
  ...signs,
  ...late.map(lateSign),
  ...(wasSilent ? [SILENCE_SIGN] : []),
]

/** What was said of it at its checkpoints, as far as it showed no bad sign. */
const pointsOf = (running: RunningRun | undefined): Point[] =>
  (running?.checkpoints ?? []).flatMap(({ point }) => (point.length === 0 ? [] : [point]))

const startsIn = (running: RunningRun | undefined): Starts[] =>
  (running?.checkpoints ?? []).flatMap(({ starts }) => starts ?? [])

/** What it waited for capacity, up to its end. */
const waitedIn = (run: Run, running: RunningRun | undefined): number =>
  running === undefined ? 0 : waitedBy(running, run.finishedAt ?? run.eventAt)

const signOf = (running: RunningRun | undefined, seconds: number | null): number | null => {
  const sign = running?.signSeconds ?? null
  return sign === null ? null : Math.min(sign, seconds ?? sign)
}

/** Mean squared errors over the checkpoints that the run was seen to pass. */
const noteSkill = (history: History, running: RunningRun | undefined, failed: boolean): void => {
  const passed = running?.checkpoints ?? []
  if (passed.length === 0) return
  const actual = failed ? 1 : 0
  const error = (of: (checkpoint: PassedCheckpoint) => number): number =>
    passed.reduce((sum, checkpoint) => sum + (of(checkpoint) - actual) ** 2, 0) / passed.length
  history.skillRuns = history.skillRuns * SKILL_FORGET + 1
  const [ours, base] = [error(({ pFail }) => pFail), error((checkpoint) => checkpoint.base)]
  history.skillOurs = history.skillOurs * SKILL_FORGET + ours
  history.skillBase = history.skillBase * SKILL_FORGET + base
  history.skillSquares = history.skillSquares * SKILL_FORGET + (ours - base) ** 2
}

/** What our rule wanted while the run was alive, against how it ended. */
const noteStops = (history: History, running: RunningRun | undefined, failed: boolean): void => {
  if (running?.watched !== true) return
  const { checkpoints, wanted } = running
  if (checkpoints.length > 0) {
    const belief = checkpoints.reduce((sum, each) => sum + each.belief, 0) / checkpoints.length
    history.guard = guarded(history.guard, { belief, failed, wanted })
  }
  if (!failed) history.watchedPasses += 1
  const counted = (stops: readonly number[]): number[] =>
    stops.map((count, ground) => count + (wanted[ground] === true ? 1 : 0))
  if (failed) history.trueStops = counted(history.trueStops)
  else history.falseStops = counted(history.falseStops)
}

/** Setting the timer again changes nothing: until then it has the same instant. */
const publishProfile = (history: History, key: string, now: number): Effect => {
  const every = history.recent.length < YOUNG_RUNS ? YOUNG_EVERY_MS : OLD_EVERY_MS
  const turn = phaseOf(key, TURN_MS)
  return setTimer(PROFILE_TIMER, (Math.floor((now - turn) / every) + 1) * every + turn)
}

const learnDuration = (cells: Cells, failed: boolean, seconds: number, history: History): void => {
  const sample = sampleOf(cells)
  addToSample(sample, failed, seconds)
  const fit = refitted(sample, baseRate(history))
  cells.put('sample', sample)
  if (fit !== null) cells.put('fit', fit)
}

/** What the model knew more of the run, null where it was not asked. */
const leadOf = (
  model: Model | undefined,
  running: RunningRun | undefined,
  failed: boolean,
): Told | null => {
  if (running === undefined || running.checkpoints.length === 0) return null
  const asked = askedOf(model, running.startedAt)
  return asked === undefined ? null : { model: asked.version, nats: natsOf(running, failed) }
}
type Told = Pick<Lead, 'model' | 'nats'>

/** What a pool is told. Only the community learns from the terms, and how right the model was. */
const poolOutcome = (
  run: Run,
  running: RunningRun | undefined,
  failed: boolean,
  seconds: number | null,
  signSeconds: number | null,
  weight: number,
  now: number,
): ((pool: string, terms: number[], lead: Told | null) => PoolOutcome) => {
  return (pool, terms, lead) => ({
    eventId: derivedId(run.eventId, `pool/${pool}`),
    eventAt: run.finishedAt ?? run.eventAt,
    observedAt: now,
    pool,
    failed,
    durationSeconds: seconds,
    watched: running?.watched ?? false,
    badSign: signSeconds !== null,
    cleanSeconds: seconds === null ? null : Math.min(seconds, signSeconds ?? Infinity),
    peaks: running?.peaks ?? [],
    terms,
    leadModel: lead?.model ?? null,
    leadNats: lead?.nats ?? 0,
    weight,
  })
}

/** Publishes the job's profile as of now. */
export const onProfileTimer = (
  cells: Cells,
  key: string,
  now: number,
  tables: Tables,
): Effect[] => {
  const [source = '', repo = '', job = ''] = keyParts(key)
  const ref = { source, repo, job }
  const view = viewOf(cells, ref, { family: historyOf(cells).family }, now, tables)
  const curves = profileOf(ref, view.history, view.basis, fitOf(cells), stopPoint(view))
  return [
    emit('ci.job-profiles.v1', {
      eventId: derivedId(key, `profile/${now}`),
      eventAt: now,
      observedAt: now,
      ...curves,
    }),
  ]
}
