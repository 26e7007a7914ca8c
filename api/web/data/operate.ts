/** Asking the API to do something. */

import { AskError } from './ask.ts'

/** Takes or mutes an incident; each press is a request of its own. Throws AskError where it is refused. */
export const operate = async (incident: string, command: string, body: object): Promise<void> => {
  const response = await fetch(`/v1/incidents/${encodeURIComponent(incident)}/${command}`, {
    method: 'POST',
    headers: {
      accept: 'application/json',
      'content-type': 'application/json',
      'idempotency-key': crypto.randomUUID(),
    },
    body: JSON.stringify(body),
  })
  if (response.ok) return
  const { detail } = (await response.json()) as { detail?: string }
  throw new AskError(response.status, detail ?? response.statusText)
}
