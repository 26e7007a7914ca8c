/** Which incidents a receiver is told. */

import type { Incident } from '../../schemas/events.ts'
import { fitsGlob, fitsJob, type JobMatch } from '../../schemas/glob.ts'

const ORDER: readonly string[] = ['info', 'warning', 'critical']

export interface Filter extends JobMatch {
  /** The least severity that is told. */
  readonly severity: string
  /** Names of rules, with * for any text; none: all. */
  readonly alerts: readonly string[]
  /** Owners whose incidents are told; none: all. */
  readonly owners: readonly string[]
}
export const EVERYTHING: Filter = {
  ...{ severity: 'info', alerts: [], owners: [], match: [], source: null, repo: null },
}

const isAbove = (severity: string, least: string): boolean =>
  ORDER.indexOf(severity) >= ORDER.indexOf(least)

export const passes = (filter: Filter, incident: Incident): boolean =>
  isAbove(incident.severity, filter.severity) &&
  (filter.alerts.length === 0 || filter.alerts.some((glob) => fitsGlob(glob, incident.alert))) &&
  (filter.owners.length === 0 || filter.owners.includes(incident.owner ?? '')) &&
  fitsJob(filter, incident)

/** True where a record is news for people: not muted, not only an update of what somebody has taken. */
export const isNews = (incident: Incident, isPlain: boolean): boolean =>
  incident.mutedUntil === null &&
  (incident.state === 'update'
    ? !isPlain && incident.ackedBy === null
    : incident.state !== 'unknown')
