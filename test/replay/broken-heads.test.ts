/**
 * One incident for one broken head, on recorded CI: heads that are broken are found here from the ends of runs alone, and there
 * are as many incidents as heads were broken, never two of one head at a time, however many jobs broke with it.
 */

import { describe, expect, it } from 'vitest'
import { incidents } from '../../processors/incidents/incidents.ts'
import { jobAlerts } from '../../processors/incidents/find/jobs.ts'
import { runs } from '../../processors/runs/runs.ts'
import { EmbeddedRuntime } from '../../runtime/embedded/runtime.ts'
import type { Offer } from '../../runtime/ports.ts'
import type { Incident, Run } from '../../schemas/events.ts'
import { dataDir } from '../support/data.ts'
import { DAY, HOUR } from '../support/facts.ts'
import { offersOf } from '../support/replays.ts'

const COOL_DOWN_MS = 6 * HOUR
const BATCH = 5_000
const FAILED: readonly (string | null)[] = ['failure', 'error', 'timedOut']

interface Broken {
  readonly from: number
  readonly to: number
}
/** From the third failure of a job in a row to the second pass after it. */
const brokenIn = (ends: readonly Run[]): Broken[] => {
  const found: Broken[] = []
  let [failures, passes, from] = [0, 0, 0]
  for (const { outcome, eventAt } of ends) {
    const failed = FAILED.includes(outcome)
    if (!failed && outcome !== 'success') continue
    failures = failed ? failures + 1 : 0
    passes = failed ? 0 : passes + 1
    if (from === 0 && failures >= 3) from = eventAt
    if (from === 0 || passes < 2) continue
    found.push({ from, to: eventAt })
    from = 0
  }
  return from === 0 ? found : [...found, { from, to: Infinity }]
}
const groupsOf = <T>(all: readonly T[], nameOf: (one: T) => string): ReadonlyMap<string, T[]> => {
  const groups = new Map<string, T[]>()
  for (const one of all) {
    const group = groups.get(nameOf(one))
    if (group === undefined) groups.set(nameOf(one), [one])
    else group.push(one)
  }
  return groups
}
const headOf = ({ group, branch, trigger }: Run): string =>
  group === null ? '' : (branch ?? trigger ?? '')
const isOfChange = ({ pull, trigger }: Run): boolean =>
  pull !== null || /pull|presubmit|merge_request/.test(trigger ?? '')

/** In order of time; of one instant failures first, or passes. */
const ordered = (ends: readonly Run[], sign: number): readonly Run[] =>
  ends.toSorted(
    (a, b) =>
      a.observedAt - b.observedAt ||
      sign * (Number(b.outcome !== 'success') - Number(a.outcome !== 'success')),
  )

/** Times at which each head was broken by any of its jobs; within the cool-down it is still the same. */
const brokenHeads = (ends: readonly Run[]) => {
  const ofHeads = ends.filter((end) => !isOfChange(end))
  // Where runs of a job come alone, the job is its own head.
  const heads = groupsOf(ofHeads, (end) =>
    [end.source, end.repo, headOf(end) === '' ? end.job : headOf(end)].join(' '),
  )
  let [jobs, episodes] = [0, 0]
  for (const own of heads.values()) {
    const broken = [...groupsOf(own, ({ job }) => job).values()].flatMap(brokenIn)
    jobs += broken.length
    let until = -Infinity
    for (const { from, to } of broken.sort((a, b) => a.from - b.from)) {
      if (from > until + COOL_DOWN_MS) episodes += 1
      until = Math.max(until, to)
    }
  }
  return { jobs, episodes }
}

/** Ends of runs as they were heard; messages of the rule, and how many of its incidents were open at most about one subject. */
const told = (offers: readonly Offer[]) => {
  const runtime = new EmbeddedRuntime(':memory:', [runs, jobAlerts, incidents])
  const open = new Map<string, Set<string>>()
  const ends: Run[] = []
  let [messages, most] = [0, 0]
  runtime.onCommit((published) => {
    for (const { topic, record } of published) {
      if (topic === 'ci.runs.v1' && (record as Run).change === 'finished') ends.push(record as Run)
      if (topic !== 'ci.incidents.v1' || record === null) continue
      const { alert, source, repo, head, job, incident, state, reopened } = record as Incident
      if (alert !== 'consecutive-failures') continue
      const subject = [source, repo, head ?? job].join(' ')
      const ofSubject = open.get(subject) ?? new Set()
      open.set(subject, ofSubject)
      if (state === 'closed') ofSubject.delete(incident)
      else ofSubject.add(incident)
      most = Math.max(most, ofSubject.size)
      if (state === 'open' && reopened === 0) messages += 1
    }
  })
  for (let from = 0; from < offers.length; from += BATCH) {
    const batch = offers.slice(from, from + BATCH)
    runtime.commit(batch, batch.at(-1)?.record.observedAt ?? 0)
  }
  runtime.commit([], runtime.now + DAY)
  runtime.close()
  return { messages, most, ends }
}

describe('a broken head', () => {
  it.each([
    ['tvm-ci', 60],
    ['iree-ci', 8],
  ])(
    'of %s is one incident, not one for each of its jobs',
    async (name, fewestJobs) => {
      const folder = dataDir(name)
      if (folder === null) return
      const offers = await offersOf(folder)
      const { messages, most, ends } = told(offers)
      // Ends of one instant have no order: there are as many broken heads as with the failures, or the passes, told first.
      const both = [1, -1].map((sign) => brokenHeads(ordered(ends, sign)))
      const [first, second] = both.map(({ episodes }) => episodes).sort((a, b) => a - b)
      const jobs = Math.min(...both.map((each) => each.jobs))
      console.info(
        `${name}: ${jobs} broken jobs, ${first} to ${second} broken heads, ${messages} messages`,
      )
      expect(most).toBe(1)
      expect(messages).toBeGreaterThanOrEqual(first ?? Infinity)
      expect(messages).toBeLessThanOrEqual(second ?? 0)
      expect(jobs).toBeGreaterThan(fewestJobs)
      expect(messages).toBeLessThan(jobs)
    },
    600_000,
  )
})
