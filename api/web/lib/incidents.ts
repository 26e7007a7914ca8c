/** What incidents say, in words. */

import type { Incident } from '../../../schemas/events.ts'
import { duration, percent } from './format.ts'

/** True where it is about a single run: many are about a job, a head or a source. */
export const isOfRun = ({ runId }: Incident): boolean => runId !== ''

/** What it was found by, and what to do. */
const whatItMeans = ({
  pFail,
  pFailLow,
  expectedSavedSeconds,
  signal,
  advice,
}: Incident): string =>
  pFail > 0 && pFail < 1
    ? `chance to fail at least ${percent(pFailLow)}, a stop would save ${duration(expectedSavedSeconds)}`
    : [signal, advice].filter((text) => text !== '').join('. ')

/** What has come of it, or what it means while it is open. */
export const standOf = (incident: Incident): string =>
  incident.state === 'closed'
    ? (incident.verdict ?? 'closed without a verdict')
    : whatItMeans(incident)
