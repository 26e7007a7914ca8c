import type { Incident } from '../../../../schemas/events.ts'
import type { Asked } from '../../data/use-answer.ts'
import { count } from '../../lib/format.ts'
import { Message, WhenReady } from '../../parts/asked.tsx'
import { IncidentLine } from '../../parts/incident-line.tsx'
import { Panel } from '../../parts/panel.tsx'

/** So many stand beside the running runs; the others are in the inbox. */
const SHOWN = 5

/** Open incidents, the last changed first, and the way to all of them. */
export const Incidents = ({ asked }: { readonly asked: Asked<readonly Incident[]> }) => (
  <Panel title="Open incidents" note={<a href="/incidents">all incidents</a>}>
    <WhenReady asked={asked} what="the incidents">
      {(incidents) =>
        incidents.length === 0 ? (
          <Message title="None is open" />
        ) : (
          <>
            <ul class="incidents">
              {incidents.slice(0, SHOWN).map((incident) => (
                <IncidentLine key={incident.incident} incident={incident} />
              ))}
            </ul>
            {incidents.length > SHOWN && (
              <p class="small quiet more">
                <a href="/incidents">{count(incidents.length - SHOWN)} more</a>
              </p>
            )}
          </>
        )
      }
    </WhenReady>
  </Panel>
)
