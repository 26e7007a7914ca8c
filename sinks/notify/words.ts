/** An incident in words for people, as plain text. */

import { percent } from '../../schemas/percent.ts'
import type { Incident } from '../../schemas/events.ts'

const spoken = (seconds: number): string =>
  seconds < 5400 ? `${Math.round(seconds / 60)} minutes` : `${(seconds / 3600).toFixed(1)} hours`

export const stateWord = ({ state, ackedBy }: Incident): string =>
  state === 'closed' ? 'Closed' : ackedBy === null ? 'Open' : `Taken by ${ackedBy}`

/** `[critical] unit failed 3 times in a row on main`: one line, whatever a job is called. */
export const headline = (incident: Incident): string =>
  `[${incident.state === 'closed' ? 'closed' : incident.severity}] ${incident.title}`.replaceAll(
    /\p{Cc}/gu,
    ' ',
  )

/** What it says, a line each: name and text. */
export const facts = (incident: Incident): (readonly [string, string])[] => {
  const { repo, job, signal, pFail, pFailLow, expectedSavedSeconds, advice, owner } = incident
  const { head, sha, link, runbook, verdict, holding, members, right, wrong, source } = incident
  const found: (readonly [string, string | null])[] = [
    ['What', [source, repo, job].filter((part) => part !== '').join(' · ')],
    ['Head', head === null ? null : sha === null ? head : `${head} at ${sha.slice(0, 12)}`],
    ['Signal', signal],
    ['How sure', pFail < 1 ? `${percent(pFail)}, at least ${percent(pFailLow)}` : null],
    ['To save', expectedSavedSeconds >= 60 ? spoken(expectedSavedSeconds) : null],
    ['Holds it open', holding > 1 ? `${holding}: ${members.join(', ')}` : null],
    ['What to do', incident.state === 'closed' ? null : advice],
    ['Owner', owner],
    ['Run', link],
    ['Runbook', runbook],
    ['In the end', incident.state === 'closed' ? verdict : null],
    ['Right so far', right + wrong > 0 ? `${right} of ${right + wrong}` : null],
    ['Simulated', source === 'demo' ? 'yes: this is no real CI' : null],
  ]
  return found.filter((each): each is [string, string] => each[1] !== null && each[1] !== '')
}
export const plainText = (incident: Incident): string =>
  [headline(incident), ...facts(incident).map(([name, text]) => `${name}: ${text}`)].join('\n')
