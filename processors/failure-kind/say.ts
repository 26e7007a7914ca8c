/** What is said of a run: its kind where that has changed, and once, when nothing more is awaited, its sighting. */

import type { Evidence, FailureKind, FailureSighting, RunRef } from '../../schemas/events.ts'
import { derivedId } from '../../schemas/ids.ts'
import { keyParts } from '../../schemas/keys.ts'
import { emit, type Effect, type Model } from '../processor.ts'
import { fingerprintText } from '../tests/fingerprint.ts'
import { hashOf } from '../tests/names.ts'
import { judge, type Verdict } from './judge.ts'
import type { RunState, Told } from './state.ts'
import { formOf } from './form.ts'

/** Lines that are shown as evidence. */
const MOST_EVIDENCE = 5
/** While a run runs, only a sign of this weight is spoken of, and only where it is likelier than all else. */
const PLAIN_WEIGHT = 2.4
const PLAIN_CONFIDENCE = 0.5

interface Said {
  readonly eventId: string
  readonly eventAt: number
}

/** Says the kind of a run where it is another, or better known, than was told last. Notes what was told. */
export const sayKind = (
  run: RunState,
  ref: RunRef & Said,
  now: number,
  model: Model | undefined,
): Effect[] => {
  if (run.ledgers.length === 0) return []
  const verdict = run.isFailure === false ? NO_FAILURE : judge(run.ledgers, model)
  const told = wordsOf(run, verdict)
  if (told === null || isSame(run.told, told)) return []
  run.told = told
  return [emit('ci.failure-kinds.v1', recordOf(run, ref, verdict, now, model))]
}

const NO_FAILURE: Verdict = {
  kind: 'unknown',
  cause: null,
  confidence: 0,
  decisive: null,
  ranked: [],
}

/** Null where nothing is to be said. */
const wordsOf = (run: RunState, verdict: Verdict): Told | null => {
  const { kind, confidence, decisive, ranked } = verdict
  const isFinal = run.isFailure !== null
  if (run.isFailure === true && ranked.length === 0) return null
  if (run.isFailure !== true && !isPlain(verdict))
    // What was said too early is taken back.
    return run.told === null || run.told.kind === 'unknown'
      ? null
      : { kind: 'unknown', signature: null, tenths: 0, isFinal }
  const signature = decisive === null ? null : signatureOf(decisive.candidate.text)
  return { kind, signature, tenths: Math.round(10 * confidence), isFinal }
}
const isPlain = ({ confidence, decisive }: Verdict): boolean =>
  (decisive?.candidate.weight ?? 0) >= PLAIN_WEIGHT && confidence >= PLAIN_CONFIDENCE
const isSame = (a: Told | null, b: Told): boolean =>
  a !== null &&
  a.kind === b.kind &&
  a.signature === b.signature &&
  a.tenths === b.tenths &&
  a.isFinal === b.isFinal

const signatureOf = (text: string): string => fingerprintText(hashOf(formOf(text)))

const recordOf = (
  run: RunState,
  { eventId, eventAt, source, repo, job, runId, attempt }: RunRef & Said,
  verdict: Verdict,
  now: number,
  model: Model | undefined,
): FailureKind => {
  const { kind = 'unknown', signature = null, isFinal = false } = run.told ?? {}
  const isKnown = kind !== 'unknown'
  return {
    eventId: derivedId(eventId, 'failure-kind'),
    ...{ eventAt, observedAt: now, source, repo, job, runId, attempt, kind, signature, isFinal },
    cause: isKnown ? verdict.cause : null,
    confidence: isKnown ? verdict.confidence : 0,
    evidence: evidenceOf(verdict),
    model: model?.version ?? null,
  }
}

/** The most decisive lines, each text once. */
const evidenceOf = ({ ranked }: Verdict): Evidence[] => {
  const texts = new Set<string>()
  const evidence: Evidence[] = []
  for (const { log, sign, candidate, score } of ranked) {
    const { line, text } = candidate
    if (texts.has(text)) continue
    texts.add(text)
    evidence.push({ log, line, text, sign, score })
    if (evidence.length === MOST_EVIDENCE) break
  }
  return evidence
}

/** The failure of a run, by the name of its cell; none where no line decides, or where somebody cancelled it. */
export const saySighting = (
  run: RunState,
  job: string,
  cell: string,
  now: number,
  model: Model | undefined,
): Effect[] => {
  const { kind, cause, decisive } = judge(run.ledgers, model)
  if (decisive === null || kind === 'cancelled') return []
  const sighting: FailureSighting = {
    eventId: derivedId(`${job}/${cell}`, 'failure-sighting'),
    ...{ eventAt: run.heardAt, observedAt: now, ...refOf(job, cell), kind, cause },
    signature: signatureOf(decisive.candidate.text),
    text: decisive.candidate.text,
  }
  return [emit('ci.failure-sightings.v1', sighting)]
}

/** Example: the job key `prow:o/r:e2e` and the cell `run/7#2` are attempt 2 of run 7. */
const refOf = (job: string, cell: string): RunRef => {
  const [source = '', repo = '', name = ''] = keyParts(job)
  const at = cell.lastIndexOf('#')
  return {
    source,
    repo,
    job: name,
    runId: cell.slice('run/'.length, at),
    attempt: Number(cell.slice(at + 1)),
  }
}
