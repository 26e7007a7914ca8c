/**
 * The silence of a run: how long nothing is heard of it, no step, no test, no growth of its log. What runs of the job are
 * silent for at most is a part of its pace like a step. A running run that is silent for longer than 99 in 100 of its passes
 * ever were is told so at that instant, and once more when it speaks again.
 */

import type { Run, RunRef, Signal } from '../../schemas/events.ts'
import { derivedId } from '../../schemas/ids.ts'
import { key as keyOf, keyParts } from '../../schemas/keys.ts'
import { clearTimer, emit, setTimer, type Cells, type Effect } from '../processor.ts'
import { runNames } from '../run-cell.ts'
import { isWaitTold } from '../stopping/waiting.ts'
import { partCell } from './cells.ts'
import { longestPass, type Part } from './part.ts'

/** Name of the part that runs' longest silences are. */
export const SILENCE = 'silence'
const SILENT = 'silent/'
const NO_EFFECTS: readonly Effect[] = []
/** Words closer together than this are one: a silence is known to half a minute. */
const LEAST_MS = 30_000
/** A run that said less before its end tells nothing of silences: they would be its duration. */
const LEAST_WORDS = 2

/** What a running run has said so far, in pipeline time: a word is of use from when it is heard. */
interface Talk {
  /** Its last word in milliseconds since the epoch; null while it waits for capacity: silence then says nothing. */
  at: number | null
  longestMs: number
  /** Words after the first. */
  words: number
  /** True where its silence was told, and it has not spoken since. */
  isTold: boolean
}

export const isSilenceTimer = (timer: string): boolean => timer.startsWith(SILENT)
const nameOf = ({ runId, attempt }: Pick<RunRef, 'runId' | 'attempt'>): string =>
  keyOf(runId, String(attempt))
const timerOf = (run: RunRef): string => `${SILENT}${nameOf(run)}`
const talkCell = runNames((run) => `talk/${nameOf(run)}`)
const cellOf = (timer: string): string => `talk/${timer.slice(SILENT.length)}`

/** True where a record says that its run still works, or that it is over. */
export const isWord = ({ change, phase }: Run): boolean =>
  change === 'finished' || (phase === 'running' && (change === 'started' || change === 'progress'))

/** Longest silence of passes in milliseconds, null while too few are known. */
const bearableMs = (cells: Cells): number | null => {
  const part = cells.get(partCell('silence', SILENCE)) as Part | undefined
  const seconds = part === undefined ? null : longestPass(part)
  return seconds === null ? null : Math.max(LEAST_MS, Math.ceil(seconds * 1000))
}

/** Takes in a word of a running run. */
export const onWord = (cells: Cells, run: Run, now: number): readonly Effect[] => {
  const cell = talkCell(run)
  const known = cells.get(cell) as Talk | undefined
  const at = isWaitTold(run) && run.stepOutcome === null ? null : now
  if (known === undefined) {
    cells.put(cell, { at, longestMs: 0, words: 0, isTold: false } satisfies Talk)
    const bearable = bearableMs(cells)
    return bearable === null ? NO_EFFECTS : [setTimer(timerOf(run), now + bearable)]
  }
  const silentMs = known.at === null ? Infinity : now - known.at
  if (silentMs < LEAST_MS && at !== null) return NO_EFFECTS
  const wasTold = known.isTold
  if (known.at !== null) known.longestMs = Math.max(known.longestMs, now - known.at)
  known.at = at
  known.words += 1
  known.isTold = false
  cells.put(cell, known)
  return wasTold
    ? [tell(run, false, run.eventId, now), setTimer(timerOf(run), now + (bearableMs(cells) ?? 0))]
    : NO_EFFECTS
}

/** The end of a run: seconds of its longest silence, null where it said too little to tell. */
export const endTalk = (
  cells: Cells,
  run: Run,
  now: number,
): { readonly seconds: number | null; readonly effects: Effect[] } => {
  const cell = talkCell(run)
  const known = cells.get(cell) as Talk | undefined
  if (known === undefined) return { seconds: null, effects: [] }
  cells.delete(cell)
  const longestMs = Math.max(known.longestMs, known.at === null ? 0 : now - known.at)
  const seconds = known.words < LEAST_WORDS ? null : longestMs / 1000
  return { seconds, effects: [clearTimer(timerOf(run))] }
}

/** Tells of a silence that is longer than those of passes, or looks again when it would be. */
export const onSilence = (cells: Cells, key: string, timer: string, now: number): Effect[] => {
  const known = cells.get(cellOf(timer)) as Talk | undefined
  const bearable = bearableMs(cells)
  if (known === undefined || bearable === null || known.isTold) return []
  const due = (known.at ?? now) + bearable
  if (due > now) return [setTimer(timer, due)]
  cells.put(cellOf(timer), { ...known, isTold: true })
  const [source = '', repo = '', job = ''] = keyParts(key)
  const [runId = '', attempt = ''] = keyParts(timer.slice(SILENT.length))
  const run = { source, repo, job, runId, attempt: Number(attempt) }
  return [tell(run, true, `${key}/${timer}`, now)]
}

const tell = (
  { source, repo, job, runId, attempt }: RunRef,
  isSilent: boolean,
  causeId: string,
  now: number,
): Effect => {
  const signal: Signal = {
    ...{ eventId: derivedId(causeId, `${SILENCE}/${now}`), eventAt: now, observedAt: now },
    ...{ source, repo, job, runId, attempt },
    ...{ kind: 'silent', cause: SILENCE, weight: isSilent ? 1 : 0 },
  }
  return emit('ci.signals.v1', signal)
}
