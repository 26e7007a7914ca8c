import type { Incident } from '../../../schemas/events.ts'
import { isOfRun, standOf } from '../lib/incidents.ts'
import { count } from '../lib/format.ts'
import { incidentPath, runPath } from '../lib/routes.ts'
import { Handling } from './handling.tsx'
import { RepoName } from './repo-name.tsx'
import { SourceTag } from './source-tag.tsx'
import { TimeAgo } from './time-ago.tsx'

/** An incident in a list: what is wrong, what it means, who has it. */
export const IncidentLine = ({ incident }: { readonly incident: Incident }) => {
  const isOpen = incident.state !== 'closed'
  return (
    <li class={isOpen ? 'open' : 'closed'}>
      <p class="row">
        <span class={isOpen ? 'tag red' : 'tag'}>{isOpen ? '! open' : '✓ closed'}</span>
        <span class="small quiet">
          {incident.severity} · {incident.alert} · <TimeAgo at={incident.eventAt} /> ·{' '}
          <SourceTag source={incident.source} /> <RepoName repo={incident.repo} />
        </span>
      </p>
      <p class="break">
        <a class="strong" href={incidentPath(incident.incident)}>
          {incident.title}
        </a>
      </p>
      <p class="small quiet break">{standOf(incident)}</p>
      <p class="small quiet">
        {isOpen && incident.holding > 1 && `${count(incident.holding)} findings hold it open · `}
        {isOfRun(incident) && <a href={runPath(incident)}>the newest run</a>}
      </p>
      {isOpen && <Handling incident={incident} />}
    </li>
  )
}
