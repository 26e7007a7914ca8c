import { useState } from 'preact/hooks'
import type { Incident } from '../../../schemas/events.ts'
import { operate } from '../data/operate.ts'
import { dateTime } from '../lib/format.ts'

const HOUR = 3600
const MUTES: readonly (readonly [seconds: number, word: string])[] = [
  [HOUR, '1 hour'],
  [8 * HOUR, '8 hours'],
  [24 * HOUR, '1 day'],
  [7 * 24 * HOUR, '1 week'],
  [30 * 24 * HOUR, '30 days'],
]

/** Who has an incident, and what may be asked for it; one that is over is nobody's to take, but its return can be muted. What comes of it arrives with its next record. */
export const Handling = ({ incident }: { readonly incident: Incident }) => {
  const [problem, setProblem] = useState<string | null>(null)
  const ask = (command: string, body: object = {}) => {
    setProblem(null)
    operate(incident.incident, command, body).catch((error: unknown) => {
      setProblem(error instanceof Error ? error.message : 'It was not taken.')
    })
  }
  const { state, ackedBy, mutedUntil, owner } = incident
  return (
    <div class="row small handling">
      {owner !== null && <span class="quiet">{owner}</span>}
      {ackedBy !== null && <span>taken by {ackedBy}</span>}
      {state !== 'closed' && (
        <button
          type="button"
          onClick={() => {
            ask(ackedBy === null ? 'ack' : 'unack')
          }}
        >
          {ackedBy === null ? 'Take it' : 'Give it back'}
        </button>
      )}
      {mutedUntil === null ? (
        <MuteSelect
          onChoose={(seconds) => {
            ask('mute', { seconds })
          }}
        />
      ) : (
        <button
          type="button"
          onClick={() => {
            ask('unmute')
          }}
        >
          Muted until {dateTime(mutedUntil)}: unmute
        </button>
      )}
      {problem !== null && <span role="alert">{problem}</span>}
    </div>
  )
}

/** A mute always ends: there is none without a length. */
const MuteSelect = ({ onChoose }: { readonly onChoose: (seconds: number) => void }) => (
  <select
    aria-label="Mute for"
    onChange={(event) => {
      const seconds = Number(event.currentTarget.value)
      event.currentTarget.value = ''
      if (seconds > 0) onChoose(seconds)
    }}
  >
    <option value="">Mute …</option>
    {MUTES.map(([seconds, word]) => (
      <option key={seconds} value={seconds}>
        for {word}
      </option>
    ))}
  </select>
)
