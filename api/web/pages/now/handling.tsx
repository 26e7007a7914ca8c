import { useState } from 'preact/hooks'
import type { Incident } from '../../../../schemas/events.ts'
import { operate } from '../../data/operate.ts'

const MUTE_HOURS = 8

/** Who has an incident, and what may be asked for it. What comes of it arrives with its next record. */
export const Handling = ({ incident }: { readonly incident: Incident }) => {
  const [problem, setProblem] = useState<string | null>(null)
  const ask = (command: string, body: object = {}) => {
    setProblem(null)
    operate(incident.incident, command, body).catch((error: unknown) => {
      setProblem(error instanceof Error ? error.message : 'It was not taken.')
    })
  }
  const { ackedBy, mutedUntil, owner } = incident
  return (
    <p class="row small handling">
      {owner !== null && <span class="quiet">{owner}</span>}
      {ackedBy === null ? (
        <button
          type="button"
          onClick={() => {
            ask('ack')
          }}
        >
          Take it
        </button>
      ) : (
        <span>taken by {ackedBy}</span>
      )}
      {mutedUntil === null ? (
        <button
          type="button"
          onClick={() => {
            ask('mute', { seconds: MUTE_HOURS * 3600 })
          }}
        >
          Mute {MUTE_HOURS} h
        </button>
      ) : (
        <button
          type="button"
          onClick={() => {
            ask('unmute')
          }}
        >
          Muted: unmute
        </button>
      )}
      {problem !== null && <span role="alert">{problem}</span>}
    </p>
  )
}
