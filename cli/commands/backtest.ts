/** `stopline backtest`: the pipeline itself over recorded CI, scored against what happened. */

import { writeFile } from 'node:fs/promises'
import { basename, resolve } from 'node:path'
import { kindsOf, openArchive, type Archive } from '../../producers/archive/archive.ts'
import type { Models } from '../../processors/processor.ts'
import { EmbeddedRuntime } from '../../runtime/embedded/runtime.ts'
import type { LogRecord } from '../../runtime/ports.ts'
import type { ChangeDecision, Decision, Forecast, JobProfile, Score } from '../../schemas/events.ts'
import { KEEP_SHARE } from '../../schemas/keeping.ts'
import { askedFrom } from '../backtest/asked-from.ts'
import { actOnStops } from '../backtest/acted/acting.ts'
import { actedMeasures, type ActedMeasures } from '../backtest/acted/measures.ts'
import { lastOf } from '../backtest/last.ts'
import { createCollector, type Collected, type Collector } from '../backtest/collector.ts'
import { decisionLine, forecastLine, openLineFile, type LineFile } from '../backtest/jsonl.ts'
import { measure, type BacktestMeasures } from '../backtest/measures.ts'
import { JSON_VERSION, printReport, toJson } from '../backtest/print.ts'
import { writeReport } from '../backtest/report.ts'
import { mergeMeasures } from '../merge-backtest/measures.ts'
import { poolingMeasures } from '../merge-backtest/pooling.ts'
import { printMergeReport, type MergeReport } from '../merge-backtest/print.ts'
import { mergeOpenings, UNPOOLED } from '../merge-backtest/run.ts'
import {
  EXIT,
  numberOption,
  textOption,
  UsageError,
  type Command,
  type Invocation,
} from '../command.ts'
import { replayArchive } from '../feed.ts'
import { FORECASTING } from '../forecasting.ts'
import { MODELS_OPTION, unseenModelsOf } from '../models.ts'
import { printProblems } from './replay.ts'

export const backtest: Command = {
  name: 'backtest',
  takes: 'DIR...',
  minArguments: 1,
  maxArguments: 50,
  summary: 'score forecasts and stops over recorded CI, beside every baseline',
  help: `Runs the pipeline over recorded CI in order of time, in memory, and scores every forecast and every stop
against what happened: our rule beside never stopping, fixed limits, history alone and the density method.
A forecast uses only what had been heard at its instant. Intervals are 95 % bootstrap intervals over groups.`,
  options: {
    json: {
      type: 'string',
      value: 'FILE',
      doc: 'Write all measures as JSON (- for standard output).',
    },
    forecasts: {
      type: 'string',
      value: 'FILE',
      doc: 'Write every forecast, one JSON object a line.',
    },
    decisions: {
      type: 'string',
      value: 'FILE',
      doc: 'Write every decision, one JSON object a line.',
    },
    report: {
      type: 'string',
      value: 'DIR',
      doc: 'Write a report with plots: report.html and report.md.',
    },
    mode: {
      type: 'string',
      value: 'MODE',
      doc: 'advice: every outcome is seen (default). acted: beside it, stopped runs are cut off (slower).',
    },
    'keep-share': {
      type: 'string',
      value: 'RATIO',
      doc: 'Share of runs that mode acted leaves to their end. Default 0.05.',
    },
    'merge-forecasts': {
      type: 'string',
      value: 'FILE',
      doc: 'Write every forecast of a pull request, one JSON object a line.',
    },
    'final-sizes': {
      type: 'boolean',
      doc: 'Let openings of pull requests tell the sizes of their end: a leak, for comparison.',
    },
    pooling: {
      type: 'boolean',
      doc: 'Forecast pull requests without what other repositories told, too, and compare repositories that are new.',
    },
    last: {
      type: 'string',
      value: 'SHARE',
      doc: 'Score only the last share of the runs by start, such as 0.4. Default 1: all.',
    },
    models: MODELS_OPTION,
    resamples: { type: 'string', value: 'N', doc: 'Bootstrap resamples. Default 500.' },
  },
  run: async (invocation) => {
    const resamples = numberOption(invocation, 'resamples', 500, [10, 100_000])
    const hasFinalSizes = invocation.values['final-sizes'] === true
    const archive = openArchive(invocation.positionals, { hasFinalSizes })
    const kinds = kindsOf(invocation.positionals)
    const pulls = kinds.has('pulls') ? await pullMeasures(invocation, archive, resamples) : null
    const runs = kinds.has('runs') ? await runMeasures(invocation, archive, resamples) : null
    printProblems(archive.summary())
    const json = textOption(invocation, 'json')
    if (json !== undefined)
      await writeJson(json, {
        ...(runs === null ? { version: JSON_VERSION } : toJson(runs)),
        pulls,
      })
    if (json !== '-') {
      if (runs !== null) process.stdout.write(printReport(runs))
      if (pulls !== null) process.stdout.write(printMergeReport(pulls, { hasFinalSizes }))
    }
    return archive.summary().files.every(({ offers }) => offers === 0) ? EXIT.nothingRead : EXIT.ok
  },
}

/** Time to merge, over pulls.csv. */
const pullMeasures = async (
  invocation: Invocation,
  archive: Archive,
  resamples: number,
): Promise<MergeReport> => {
  const lines = textOption(invocation, 'merge-forecasts')
  const models = unseenModelsOf(invocation, invocation.positionals)
  const openings = await mergeOpenings(archive, lines, invocation.signal, models)
  const measures = { ...mergeMeasures(openings, { resamples }), askedFrom: askedFrom(models) }
  if (invocation.values['pooling'] !== true) return { ...measures, pooling: null }
  const alone = await mergeOpenings(archive, undefined, invocation.signal, models, UNPOOLED)
  return { ...measures, pooling: poolingMeasures(openings, alone, { resamples }) }
}

/** Forecasts and stops of runs, over runs.csv; writes the report that is asked for. */
const runMeasures = async (
  invocation: Invocation,
  archive: Archive,
  resamples: number,
): Promise<BacktestMeasures> => {
  const keepShare = numberOption(invocation, 'keep-share', KEEP_SHARE, [0.001, 1])
  const last = numberOption(invocation, 'last', 1, [0.01, 1])
  const isActed = modeOf(invocation) === 'acted'
  const models = unseenModelsOf(invocation, invocation.positionals)
  const collected = await advice(invocation, archive, models)
  const measures = {
    ...measure(collected, { resamples, last, models }),
    acted: isActed
      ? await acted(invocation, archive, { resamples, keepShare, last, models })
      : null,
  }
  const report = textOption(invocation, 'report')
  if (report === undefined) return measures
  const name = invocation.positionals.map((folder) => basename(resolve(folder))).join(' + ')
  const file = await writeReport(report, { name, measures, profiles: collected.profiles })
  process.stderr.write(`report: ${file}\n`)
  return measures
}

const modeOf = (invocation: Invocation): 'advice' | 'acted' => {
  const mode = textOption(invocation, 'mode') ?? 'advice'
  if (mode === 'advice' || mode === 'acted') return mode
  throw new UsageError(`--mode takes advice or acted, not '${mode}'`)
}

/** Replays with every outcome seen. */
const advice = async (
  invocation: Invocation,
  archive: Archive,
  models: Models,
): Promise<Collected> => {
  const collector = createCollector()
  const forecasts = await lineFile(textOption(invocation, 'forecasts'))
  const decisions = await lineFile(textOption(invocation, 'decisions'))
  const runtime = new EmbeddedRuntime(':memory:', FORECASTING, undefined, models)
  runtime.onCommit((published) => {
    for (const record of published) collect(record, collector, forecasts, decisions)
  })
  await replayArchive(runtime, archive, invocation.signal)
  runtime.close()
  await Promise.all([forecasts?.close(), decisions?.close()])
  return collector.collected()
}

interface ActedOptions {
  readonly resamples: number
  readonly keepShare: number
  readonly last: number
  readonly models: Models
}
/** Replays once more, from the beginning, with stops acted on. */
const acted = async (
  invocation: Invocation,
  archive: Archive,
  { resamples, keepShare, last, models }: ActedOptions,
): Promise<ActedMeasures> => {
  const collector = createCollector()
  const runtime = new EmbeddedRuntime(':memory:', FORECASTING, undefined, models)
  runtime.onCommit((published) => {
    for (const record of published) collect(record, collector)
  })
  const { fed, stops } = actOnStops(runtime, keepShare)
  await replayArchive(fed, archive, invocation.signal)
  runtime.close()
  // The same runs as are judged where nothing was acted on.
  const { runs } = lastOf(collector.collected(), last)
  return actedMeasures(runs, stops, { resamples, seed: 1, keepShare })
}

const lineFile = async (path: string | undefined): Promise<LineFile | undefined> =>
  path === undefined ? undefined : openLineFile(path)

const collect = (
  { topic, record }: LogRecord,
  collector: Collector,
  forecasts?: LineFile,
  decisions?: LineFile,
): void => {
  if (topic === 'ci.scores.v1') collector.score(record as Score)
  else if (topic === 'ci.job-profiles.v1') collector.profile(record as JobProfile)
  else if (topic === 'ci.forecasts.v1') void forecasts?.write(forecastLine(record as Forecast))
  else if (topic === 'ci.change-decisions.v1') collector.change(record as ChangeDecision)
  else if (topic === 'ci.decisions.v1') {
    collector.decision(record as Decision)
    void decisions?.write(decisionLine(record as Decision))
  }
}

const writeJson = async (file: string, value: object): Promise<void> => {
  const text = `${JSON.stringify(value, null, 2)}\n`
  if (file === '-') process.stdout.write(text)
  else await writeFile(file, text)
}
