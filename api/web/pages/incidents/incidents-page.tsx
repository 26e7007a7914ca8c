import type { Incident } from '../../../../schemas/events.ts'
import { address } from '../../data/router.ts'
import { useStore } from '../../data/store.ts'
import { useAnswer } from '../../data/use-answer.ts'
import { count } from '../../lib/format.ts'
import { query } from '../../lib/routes.ts'
import { Message, WhenReady } from '../../parts/asked.tsx'
import { IncidentLine } from '../../parts/incident-line.tsx'
import { Panel } from '../../parts/panel.tsx'
import { inboxOf, InboxFilters } from './inbox-filters.tsx'
import { RuleButtons } from './rule-buttons.tsx'

const ROWS = 200

/** The inbox: every incident that the filter lets through, the last changed first. */
export const IncidentsPage = () => {
  const inbox = inboxOf(useStore(address))
  const { state, ...rest } = inbox
  const asked = useAnswer<readonly Incident[]>(
    `/v1/incidents${query({ ...rest, state: state === 'all' ? null : state, limit: ROWS })}`,
    { on: ['incident'], everyMs: 3000, rows: ROWS },
  )
  return (
    <>
      <h1>Incidents</h1>
      <Panel title="Inbox" note={<InboxFilters inbox={inbox} />}>
        <WhenReady asked={asked} what="the incidents">
          {(incidents) =>
            incidents.length === 0 ? (
              <Message title="No incident fits">
                {state === 'open' ? 'Nothing is open that fits the filter.' : 'Nothing fits it.'}{' '}
                <a href="/incidents?state=all">Show all</a>
              </Message>
            ) : (
              <>
                <RuleButtons incidents={incidents} />
                <ul class="incidents">
                  {incidents.map((incident) => (
                    <IncidentLine key={incident.incident} incident={incident} />
                  ))}
                </ul>
                {incidents.length >= ROWS && (
                  <p class="quiet small more">
                    The first {count(ROWS)} are shown: filter to see others.
                  </p>
                )}
              </>
            )
          }
        </WhenReady>
      </Panel>
    </>
  )
}
