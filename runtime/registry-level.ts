/** The compatibility level of a subject. The registry client sets it only after the first registration: too late to check it. */

import { ANSWER_MS } from './registry-answer.ts'

export interface RegistrySettings {
  readonly url: string
  readonly username: string | null
  readonly password: string | null
}

const TYPE = 'application/vnd.schemaregistry.v1+json'

const ask = async (
  { url, username, password }: RegistrySettings,
  path: string,
  init: RequestInit = {},
): Promise<Response> => {
  const auth = Buffer.from(`${username ?? ''}:${password ?? ''}`).toString('base64')
  return fetch(`${url.replace(/\/$/, '')}${path}`, {
    ...init,
    signal: AbortSignal.timeout(ANSWER_MS),
    headers: { 'content-type': TYPE, ...(username !== null && { authorization: `Basic ${auth}` }) },
  })
}

/** The level that is set on the subject itself, null where none is. */
export const levelOf = async (
  settings: RegistrySettings,
  subject: string,
): Promise<string | null> => {
  const answer = await ask(settings, `/config/${encodeURIComponent(subject)}`)
  if (answer.status === 404) return null
  if (!answer.ok) throw new Error(`the level of ${subject}: status ${answer.status}`)
  const { compatibilityLevel } = (await answer.json()) as { compatibilityLevel?: string }
  return compatibilityLevel ?? null
}

export const setLevel = async (
  settings: RegistrySettings,
  subject: string,
  compatibility: string,
): Promise<void> => {
  const init = { method: 'PUT', body: JSON.stringify({ compatibility }) }
  const answer = await ask(settings, `/config/${encodeURIComponent(subject)}`, init)
  if (!answer.ok) throw new Error(`setting the level of ${subject}: status ${answer.status}`)
}
