import type { Incident } from '../../../../schemas/events.ts'
import type { Asked } from '../../data/use-answer.ts'
import { duration, percent } from '../../lib/format.ts'
import { runPath } from '../../lib/routes.ts'
import { Message, WhenReady } from '../../parts/asked.tsx'
import { Panel } from '../../parts/panel.tsx'
import { TimeAgo } from '../../parts/time-ago.tsx'
import { Handling } from './handling.tsx'

/** Alerts of late, open ones first. */
export const Incidents = ({ asked }: { readonly asked: Asked<readonly Incident[]> }) => (
  <Panel title="Incidents" note="newest first, open ones on top">
    <WhenReady asked={asked} what="the incidents">
      {(incidents) =>
        incidents.length === 0 ? (
          <Message title="No incidents">
            One opens when the lower bound of a running run's chance to fail passes the alert's
            limit.
          </Message>
        ) : (
          <ul class="incidents">
            {openFirst(incidents).map((incident) => (
              <IncidentLine key={incident.incident} incident={incident} />
            ))}
          </ul>
        )
      }
    </WhenReady>
  </Panel>
)

const openFirst = (incidents: readonly Incident[]): Incident[] =>
  [...incidents]
    .sort(
      (a, b) =>
        Number(a.state === 'closed') - Number(b.state === 'closed') || b.eventAt - a.eventAt,
    )
    .slice(0, 12)

const IncidentLine = ({ incident }: { readonly incident: Incident }) => {
  const isOpen = incident.state !== 'closed'
  return (
    <li class={isOpen ? 'open' : 'closed'}>
      <p class="row">
        <span class={isOpen ? 'tag red' : 'tag'}>{isOpen ? '! open' : '✓ closed'}</span>
        <span class="small quiet">
          {incident.severity} · <TimeAgo at={incident.eventAt} />
        </span>
      </p>
      <p class="break">
        {isOfRun(incident) ? <a href={runPath(incident)}>{incident.title}</a> : incident.title}
      </p>
      <p class="small quiet">
        {isOpen ? whatItMeans(incident) : (incident.verdict ?? 'closed without a verdict')}
      </p>
      {isOpen && <Handling incident={incident} />}
    </li>
  )
}

/** Many are about a job, a head or a source, and about no single run. */
const isOfRun = ({ runId }: Incident): boolean => runId !== ''

const whatItMeans = ({
  pFail,
  pFailLow,
  expectedSavedSeconds,
  signal,
  advice,
}: Incident): string =>
  pFail < 1
    ? `chance to fail at least ${percent(pFailLow)}, a stop would save ${duration(expectedSavedSeconds)}`
    : [signal, advice].filter((text) => text !== '').join('. ')
