/** Failures whose messages are alike: what was seen in many runs and tests is one thing. */

import type { FailureGroup, RunRef } from '../../schemas/events.ts'
import { derivedId } from '../../schemas/ids.ts'
import { emit, retire, type Cells, type Effect } from '../processor.ts'
import { key as keyOf, keyParts } from '../../schemas/keys.ts'
import type { Group, Groups } from './cells.ts'
import { fingerprintText, type Fingerprint } from './fingerprint.ts'

/** Groups that are kept of a job; of more, those heard longest ago are forgotten. */
const MOST_GROUPS = 64
const MOST_TESTS = 16
const MOST_NAMES = 3
const NAME_CHARACTERS = 120
/** Runs that are told apart from those that a group was heard in before. */
const MOST_COLUMNS = 8

/** One failing result with a message. */
export interface Sighting {
  readonly run: RunRef
  readonly test: string
  readonly hash: number
  readonly column: number
  readonly at: number
}

const read = (cells: Cells): Groups => (cells.get('groups') as Groups | undefined) ?? { groups: [] }

/** Counts a failure under its fingerprint. */
export const seeFailure = (cells: Cells, print: Fingerprint, seen: Sighting): void => {
  const kept = read(cells)
  const group =
    kept.groups.find(({ fingerprint }) => fingerprint === print.hash) ?? newGroup(print, seen)
  if (group.results === 0) kept.groups.push(group)
  count(group, seen)
  cells.put('groups', kept)
}

const newGroup = ({ hash, text }: Fingerprint, { run, at }: Sighting): Group => ({
  ...{ fingerprint: hash, text, runs: 0, results: 0, tests: [], names: [] },
  ...{ firstAt: at, lastAt: at, columns: [], isTouched: true },
  ...{ lastRunId: run.runId, lastAttempt: run.attempt },
})

const count = (group: Group, { run, test, hash, column, at }: Sighting): void => {
  group.results += 1
  group.isTouched = true
  if (!group.columns.includes(column)) {
    group.runs += 1
    group.columns.push(column)
    if (group.columns.length > MOST_COLUMNS) group.columns.shift()
  }
  if (group.tests.length < MOST_TESTS && !group.tests.includes(hash)) {
    group.tests.push(hash)
    if (group.names.length < MOST_NAMES) group.names.push(test.slice(0, NAME_CHARACTERS))
  }
  if (at < group.lastAt) return
  group.lastAt = at
  group.lastRunId = run.runId
  group.lastAttempt = run.attempt
}

/** Says what has changed, and forgets groups beyond the most that are kept. */
export const sayGroups = (cells: Cells, job: string, now: number): Effect[] => {
  const kept = cells.get('groups') as Groups | undefined
  if (kept === undefined) return []
  const effects: Effect[] = []
  kept.groups.sort((a, b) => b.lastAt - a.lastAt || a.fingerprint - b.fingerprint)
  for (const group of kept.groups.splice(MOST_GROUPS)) effects.push(forgetGroup(job, group))
  for (const group of kept.groups)
    if (group.isTouched) {
      group.isTouched = false
      effects.push(emit('ci.failure-groups.v1', recordOf(group, job, now)))
    }
  if (effects.length > 0) cells.put('groups', kept)
  return effects
}

const forgetGroup = (job: string, { fingerprint }: Group): Effect =>
  retire('ci.failure-groups.v1', keyOf(...keyParts(job), fingerprintText(fingerprint)))

/** Forgets all groups of a job. */
export const forgetGroups = (cells: Cells, job: string): Effect[] => {
  const { groups } = read(cells)
  cells.delete('groups')
  return groups.map((group) => forgetGroup(job, group))
}

const recordOf = (group: Group, name: string, now: number): FailureGroup => {
  const [source = '', repo = '', job = ''] = keyParts(name)
  const fingerprint = fingerprintText(group.fingerprint)
  return {
    eventId: derivedId(name, `failure/${fingerprint}/${now}`),
    ...{ eventAt: group.lastAt, observedAt: now, source, repo, job, fingerprint },
    ...{ text: group.text, runs: group.runs, results: group.results },
    ...{ tests: group.tests.length, names: [...group.names] },
    ...{ firstAt: group.firstAt, lastAt: group.lastAt },
    ...{ lastRunId: group.lastRunId, lastAttempt: group.lastAttempt },
  }
}
