import type {
  Evidence,
  FailureKind,
  FailureSignature,
  Run,
  RunRef,
} from '../../../../schemas/events.ts'
import { KIND_WORDS } from '../../../../schemas/failure-kinds.ts'
import { useAnswer } from '../../data/use-answer.ts'
import { count, dateTime, percent } from '../../lib/format.ts'
import { runApi } from '../../lib/routes.ts'
import { Message, WhenReady } from '../../parts/asked.tsx'
import { Panel } from '../../parts/panel.tsx'

interface FailureAnswer {
  readonly failure: FailureKind | null
  readonly signature: FailureSignature | null
}
const OFTEN = { on: ['run', 'score'], everyMs: 3000 } as const

/** Why the run fails: kind, the lines that decide it, and whether others fail of the same. */
export const FailurePanel = ({ run }: { readonly run: Run }) => {
  const answer = useAnswer<FailureAnswer>(runApi(refOf(run), '/failure'), OFTEN)
  return (
    <Panel title="Why it fails" note="by its logs, tests and source">
      <WhenReady asked={answer} what="the failure of this run">
        {({ failure, signature }) =>
          failure === null ? (
            <Message title="Nothing tells of a failure">
              {run.phase === 'finished'
                ? 'No log and no failed test of this run was read.'
                : 'It is said while the run runs where a line of its log names the cause.'}
            </Message>
          ) : (
            <>
              <KindLine failure={failure} />
              <ol class="evidence">
                {failure.evidence.map((line) => (
                  <EvidenceLine key={`${line.log}/${line.line}/${line.sign}`} line={line} />
                ))}
              </ol>
              {signature !== null && <SignatureLine signature={signature} />}
            </>
          )
        }
      </WhenReady>
    </Panel>
  )
}

const refOf = ({ source, repo, job, runId, attempt }: Run): RunRef => ({
  ...{ source, repo, job, runId, attempt },
})

const KindLine = ({ failure }: { readonly failure: FailureKind }) => {
  const { kind, cause, confidence, isFinal, model } = failure
  const word = cause === null ? KIND_WORDS[kind] : `${KIND_WORDS[kind]}: ${cause}`
  return (
    <p class="row">
      <b>{word}</b>
      <span class="quiet small">
        {kind === 'unknown' ? '' : `${percent(confidence)} by what was heard · `}
        {isFinal ? 'the run has ended' : 'said while it runs'} ·{' '}
        {model === null ? 'plain rules' : `rules and model ${model}`}
      </span>
    </p>
  )
}

const PLACES: Readonly<Record<string, string>> = { junit: 'failed test', run: 'told by its source' }

const EvidenceLine = ({ line: { log, line, text, sign } }: { readonly line: Evidence }) => (
  <li>
    <code>{text}</code>
    <span class="quiet small">
      {PLACES[log] ?? `${log} line ${count(line)}`}
      {sign === '' ? '' : ` · sign ${sign.replace(/^told:/, '')}`}
    </span>
  </li>
)

const SignatureLine = ({ signature }: { readonly signature: FailureSignature }) => (
  <p class="small">
    The same cause in <b>{count(signature.runs)}</b> {signature.runs === 1 ? 'run' : 'runs'} of{' '}
    {count(signature.jobs)} {signature.jobs === 1 ? 'job' : 'jobs'}, first{' '}
    {dateTime(signature.firstAt)}, last {dateTime(signature.lastAt)}.
  </p>
)
