import type { Incident } from '../../../../schemas/events.ts'
import { runName } from '../../../../schemas/keys.ts'
import { useAnswer } from '../../data/use-answer.ts'
import { count, dateTime, duration, percent } from '../../lib/format.ts'
import { isOfRun, standOf } from '../../lib/incidents.ts'
import { externalLink } from '../../lib/links.ts'
import { incidentApi, incidentPath, jobPath, query, runPath } from '../../lib/routes.ts'
import { Message, WhenReady } from '../../parts/asked.tsx'
import { Facts, type Fact } from '../../parts/facts.tsx'
import { Handling } from '../../parts/handling.tsx'
import { Panel } from '../../parts/panel.tsx'
import { SourceTag } from '../../parts/source-tag.tsx'
import { HistoryTable } from './history-table.tsx'

const OFTEN = { on: ['incident'], everyMs: 2000 } as const
const STEPS = 500

/** One incident: what is wrong, how sure that is, who has it, and what became of it step by step. */
export const IncidentPage = ({ incident }: { readonly incident: string }) => {
  const asked = useAnswer<Incident>(incidentApi(incident), OFTEN)
  const history = useAnswer<readonly Incident[]>(
    incidentApi(incident, `/history${query({ limit: 200 })}`),
    { ...OFTEN, rows: STEPS },
  )
  return (
    <WhenReady asked={asked} what="this incident">
      {(known) => (
        <>
          <Head incident={known} />
          <div class="columns">
            <Panel title="What it says" note="as last told">
              <Facts of={factsOf(known)} />
            </Panel>
            <Panel title="What holds it open" note={`${count(known.holding)} now`}>
              <Members incident={known} steps={history.state === 'ready' ? history.data : []} />
            </Panel>
          </div>
          <Panel title="History" isFlush note={`the newest first, at most ${count(STEPS)} steps`}>
            <WhenReady asked={history} what="the history of this incident">
              {(steps) => <HistoryTable steps={steps} />}
            </WhenReady>
          </Panel>
        </>
      )}
    </WhenReady>
  )
}

const Head = ({ incident }: { readonly incident: Incident }) => {
  const isOpen = incident.state !== 'closed'
  return (
    <div class="page-head">
      <nav aria-label="Path" class="crumbs small">
        <a href="/incidents">Incidents</a>
        <span aria-hidden="true">/</span>
        <a href={`/incidents${query({ alert: incident.alert, state: 'all' })}`}>{incident.alert}</a>
        {incident.source === 'demo' && <SourceTag source="demo" />}
      </nav>
      <h1>{incident.title}</h1>
      <p class="row">
        <span class={isOpen ? 'tag red' : 'tag'}>{isOpen ? '! open' : '✓ closed'}</span>
        <span class="quiet break">{standOf(incident)}</span>
      </p>
      <Handling incident={incident} />
    </div>
  )
}

const factsOf = (incident: Incident): Fact[] => {
  const { pFail, pFailLow, expectedSavedSeconds: saved, owner, runbook, head, sha } = incident
  const [link, book] = [
    externalLink(incident.link ?? undefined),
    externalLink(runbook ?? undefined),
  ]
  const judged = incident.right + incident.wrong
  return [
    ['Severity', incident.severity],
    ['About', incident.subject],
    ['Found by', incident.signal === '' ? null : incident.signal],
    ['To do', incident.advice === '' ? null : incident.advice],
    [
      'Chance to fail',
      pFail > 0 && pFail < 1 ? `${percent(pFail)}, at least ${percent(pFailLow)}` : null,
    ],
    ['A stop would save', saved > 0 ? duration(saved) : null],
    ['Since', incident.openedAt === null ? null : dateTime(incident.openedAt)],
    ['Came back', incident.reopened === 0 ? null : `${count(incident.reopened)} times`],
    ['Findings', count(incident.held)],
    ['Right so far', judged === 0 ? null : `${count(incident.right)} of ${count(judged)} judged`],
    ['Swallowed', incident.swallowed === 0 ? null : `${count(incident.swallowed)} findings`],
    [
      'Part of',
      incident.partOf === null ? null : (
        <a href={incidentPath(incident.partOf)}>{incident.partOf}</a>
      ),
    ],
    ['Owner', owner === null ? null : <a href={`/incidents${query({ owner })}`}>{owner}</a>],
    ['Job', incident.job === '' ? null : <a href={jobPath(incident)}>{incident.job}</a>],
    ['Newest run', isOfRun(incident) ? <a href={runPath(incident)}>{incident.runId}</a> : null],
    ['Runs', runsOf(incident)],
    ['Head', head],
    ['Commit', sha === null ? null : <code>{sha.slice(0, 12)}</code>],
    ['At its source', link === null ? null : <a href={link}>{link}</a>],
    ['Runbook', book === null ? null : <a href={book}>{book}</a>],
  ]
}

/** The runs of its job that ended while it was open. */
const runsOf = ({ source, repo, job, openedAt, state, observedAt }: Incident) =>
  job === '' || openedAt === null ? null : (
    <a
      href={`/runs${query({
        ...{ source, repo, job, ended_from: openedAt },
        ended_to: state === 'closed' ? observedAt + 1 : null,
      })}`}
    >
      those of the job that ended since
    </a>
  )

/** Each by its name; a run that a step was about is linked. */
const Members = ({
  incident,
  steps,
}: {
  readonly incident: Incident
  readonly steps: readonly Incident[]
}) => {
  const runs = new Map(steps.filter(isOfRun).map((step) => [runName(step), step]))
  return incident.members.length === 0 ? (
    <Message title="Nothing holds it open any more" />
  ) : (
    <ul class="stack">
      {incident.members.map((member) => (
        <li key={member} class="break">
          <Member name={member} run={runs.get(member)} />
        </li>
      ))}
    </ul>
  )
}

const Member = ({ name, run }: { readonly name: string; readonly run: Incident | undefined }) =>
  run === undefined ? (
    <>{name}</>
  ) : (
    <>
      <a href={runPath(run)}>{run.runId}</a> <span class="small quiet">{run.job}</span>
    </>
  )
