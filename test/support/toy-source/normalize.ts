/** Builds of a Toy, a service that nobody has, to facts. Times are in seconds. */

import { runFact } from '../../../producers/payload/facts.ts'
import { noteFields, type Heard, type Note } from '../../../producers/payload/heard.ts'
import { jsonOf, nameAt, textAt } from '../../../producers/payload/json.ts'
import { timesOf } from '../../../producers/payload/times.ts'
import type { RunEvent } from '../../../schemas/events.ts'

const FIELDS = new Set(['number', 'began', 'ended', 'color'])
const OUTCOMES = { green: 'success', red: 'failure' } as const

/** What one build says. Throws RefusedPayload where it says nothing usable. */
export const readBuild = (payload: unknown, source: string, observedAt: number): Heard => {
  const build = jsonOf(payload)
  const notes: Note[] = []
  noteFields(build, FIELDS, '', notes)
  const run = { source, repo: 'toy/box', job: 'build', runId: nameAt(build, 'number'), attempt: 1 }
  const times = timesOf(observedAt, notes)
  const [startedAt, endedAt] = [times.seconds(build, 'began'), times.seconds(build, 'ended')]
  const facts: RunEvent[] = []
  if (startedAt !== null)
    facts.push(runFact(run, 'started', { eventAt: startedAt, observedAt }, { startedAt }))
  const color = textAt(build, 'color')
  const outcome = color === 'green' || color === 'red' ? OUTCOMES[color] : null
  if (color !== null && outcome === null)
    notes.push({ oddity: 'unknown-word', detail: `color ${color.slice(0, 80)}` })
  if (endedAt !== null && outcome !== null) {
    const end = { outcome, rawOutcome: color, startedAt }
    facts.push(runFact(run, 'finished', { eventAt: endedAt, observedAt }, end, outcome))
  }
  return { facts, tests: [], notes }
}
