/** The events of the comparison with Kafka Streams: starts and ends of runs of 2,000 jobs, the same for both. */

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import avro from 'avsc'
import { jobKey } from '../../../schemas/keys.ts'
import type { RunEvent } from '../../../schemas/events.ts'
import { factOf, random } from '../load.ts'

const JOBS = 2_000
/** So many runs run at once, at most. */
const MOST_OPEN = 4_000
const MOST_GAP_MS = 20
const BEGIN = Date.UTC(2026, 0, 5)

interface Run {
  readonly job: number
  readonly id: number
}

/** `count` events in order of time; every run that starts ends within a few thousand events. */
export function* anchorEvents(count: number): Generator<RunEvent> {
  const chance = random(7)
  const open: Run[] = []
  let at = BEGIN
  let runs = 0
  for (let index = 0; index < count; index += 1) {
    at += Math.floor(chance() * MOST_GAP_MS)
    const mustEnd = open.length > MOST_OPEN || index + open.length >= count
    const place = Math.floor(chance() * open.length)
    const run = mustEnd || chance() < 0.5 ? open[place] : undefined
    if (run === undefined) {
      const started = { job: Math.floor(chance() * JOBS), id: (runs += 1) }
      open.push(started)
      yield eventOf(started, 'started', null, at)
    } else {
      const last = open.pop()
      if (last !== undefined && place < open.length) open[place] = last
      yield eventOf(run, 'finished', chance() < 0.8 ? 'success' : 'failure', at)
    }
  }
}

const eventOf = (
  { job, id }: Run,
  kind: 'started' | 'finished',
  outcome: RunEvent['outcome'],
  at: number,
): RunEvent => {
  const name = `pull-ci-openshift-installer-main-e2e-aws-ovn-${job}`
  const runId = `1839${1e12 + id}`
  return {
    ...factOf(job, id, kind, at),
    eventId: `${runId}/1/${kind}`,
    source: 'bench',
    repo: 'openshift/installer',
    job: name,
    runId,
    outcome,
    group: null,
    sha: 'f3c1d0a97be24455a1c0de0ff1ce5eed0badcafe',
    pull: 9_000 + job,
    trigger: 'pull_request',
    labels: { cluster: 'build05', release: '4.21', variant: 'aws-ovn' },
  }
}

/** A message for the peer: its own schema, in the Confluent frame. */
export const peerEncoder = (
  anchors: string,
): ((event: RunEvent) => { readonly key: string; readonly value: Buffer }) => {
  const schema = JSON.parse(readFileSync(join(anchors, 'run-event.avsc'), 'utf8')) as avro.Schema
  const type = avro.Type.forSchema(schema)
  const frame = Buffer.from([0, 0, 0, 0, 1])
  return (event) => ({
    key: jobKey(event),
    value: Buffer.concat([frame, type.toBuffer({ ...event, outcome: event.outcome ?? 'none' })]),
  })
}
