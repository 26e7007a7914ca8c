/** What incidents say, in words. */

import type { Incident } from '../../../schemas/events.ts'
import { duration } from './format.ts'

/** True where it is about a single run: many are about a job, a head or a source. */
export const isOfRun = ({ runId }: Incident): boolean => runId !== ''

/** What it was found by, what a stop would save, and what to do. */
const whatItMeans = (incident: Incident): string => {
  const { signal, expectedSavedSeconds: saved, advice } = incident
  const parts = [signal, saved > 0 ? `A stop would save ${duration(saved)}` : '', advice]
  return parts.filter((text) => text !== '').join('. ')
}

/** What has come of it, or what it means while it is open. */
export const standOf = (incident: Incident): string =>
  incident.state === 'closed'
    ? (incident.verdict ?? 'closed without a verdict')
    : whatItMeans(incident)
