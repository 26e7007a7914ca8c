/**
 * A community that speaks on every topic that is heard: the demo, and beside it what the demo does not tell (issues, logs of runs,
 * clusters and queues, tabs, sources, settings and commands of people). Made up, the same each time.
 */

import { demoWorld } from '../../producers/demo/world.ts'
import type { Offer } from '../../runtime/ports.ts'
import type { RunEvent, Stamped } from '../../schemas/events.ts'
import { HOUR, MINUTE, MONDAY } from './facts.ts'

/** So long until something was said on all topics but the silent one: nothing in it is dead. */
export const COMMUNITY_HOURS = 5
export const SILENT_TOPICS = ['ci.dead-letters.v1']

const SOURCE = 'demo'
const MESSAGE = 'timed out waiting for the pod to be ready'

const stamp = (eventId: string, at: number): Stamped => ({ eventId, eventAt: at, observedAt: at })

/** Telemetry is told to know the runs of the demo, and failed tests get a message. */
const told = (offer: Offer, index: number): Offer => {
  const { topic, record } = offer
  if (topic === 'ci.run-events.v1') {
    const run = record as RunEvent
    return { topic, record: { ...run, labels: { ...run.labels, telemetry: 'prometheus' } } }
  }
  const { status } = record as { readonly status?: string }
  return topic === 'ci.test-results.v1' && status === 'failed'
    ? { topic, record: { ...record, message: `${MESSAGE} ${index % 7}` } }
    : offer
}

/** The log of a failed run, told a minute after its end. */
const excerptOf = ({ source, repo, job, runId, attempt, observedAt }: RunEvent): Offer => ({
  topic: 'ci.log-excerpts.v1',
  record: {
    ...stamp(`log/${source}/${repo}/${job}/${runId}/${attempt}`, observedAt + MINUTE),
    ...{ source, repo, job, runId, attempt, log: 'build-log.txt', linesRead: 900, isEnd: true },
    lines: [
      { line: 898, text: `level=error msg="${MESSAGE}"`, isLoud: true },
      { line: 899, text: 'exit status 1', isLoud: true },
    ],
  },
})

/** Somebody acts on it a minute after its start, and gives up the second time. */
const actOn = (run: RunEvent, index: number): Offer => {
  const { source, repo, job, runId, attempt, observedAt } = run
  const ref = { source, repo, job, runId, attempt }
  return {
    topic: 'ci.acts.v1',
    record: {
      ...stamp(`act/${run.eventId}`, observedAt + MINUTE),
      ...{ ...ref, act: `act/${run.eventId}`, state: index % 3 === 2 ? 'failed' : 'intended' },
      ...{ kind: 'prow-abort', reason: 'about to be stopped', decision: `stop/${run.eventId}` },
      ...{ pFailLow: 0.9, expectedSavedSeconds: 600, precision: 0.95, tries: 1 },
    },
  }
}

/** What is told of the community besides, in one hour. */
const besides = (hour: number, { repo, job, labels }: RunEvent): Offer[] => {
  const at = MONDAY + hour * HOUR
  const issue = Math.floor(hour / 2) + 1
  const person = { author: 'ada', authorAssociation: 'MEMBER', actor: 'bob' }
  return [
    {
      topic: 'ci.issue-events.v1',
      record: {
        ...stamp(`issue/${issue}/${hour}`, at + 5 * MINUTE),
        ...{ source: SOURCE, repo, issue, kind: hour % 2 === 0 ? 'opened' : 'closed', ...person },
        ...{ actorAssociation: 'NONE', openedAt: at, title: 'It hangs', titleWords: 2 },
        ...{ bodyWords: 40, comments: hour, labels: ['bug'], assignees: ['ada'] },
        ...{ milestone: null, reason: null },
      },
    },
    {
      topic: 'ci.cluster-states.v1',
      record: {
        ...stamp(`cluster/${hour}`, at + 10 * MINUTE),
        ...{
          source: SOURCE,
          place: `cluster/${labels['cluster']}`,
          reporter: 'prometheus',
          weight: 2,
        },
        troubles: hour % 3 === 0 ? [{ name: 'NodeDown', severity: 'critical', count: 2 }] : [],
      },
    },
    {
      topic: 'ci.tab-states.v1',
      record: {
        ...stamp(`tab/${hour}`, at + 15 * MINUTE),
        ...{ source: SOURCE, repo, job, state: hour % 4 === 0 ? 'failing' : 'passing' },
        ...{ rawState: hour % 4 === 0 ? 'FAILING' : 'PASSING', detail: null, ranAt: at },
        ...{ latestGreen: null, alertCount: 0, alerts: [] },
      },
    },
    {
      topic: 'ci.source-states.v1',
      record: {
        ...stamp(`source/${hour}`, at + 20 * MINUTE),
        ...{ source: SOURCE, state: hour % 5 === 4 ? 'failing' : 'heard', reason: null },
        ...{ detail: null, heardAt: at, failures: hour % 5 === 4 ? 3 : 0, quotaLeft: 900 },
      },
    },
    {
      topic: 'ci.incident-commands.v1',
      record: {
        ...stamp(`command/${hour}`, at + 25 * MINUTE),
        ...{ source: SOURCE, repo, incident: `incident/${hour}`, command: 'ack', by: 'ada' },
        ...{ until: null, note: 'I look at it' },
      },
    },
  ]
}

const settings: Offer = {
  topic: 'ci.alert-settings.v1',
  record: {
    ...stamp('settings/1', MONDAY + MINUTE),
    ...{ name: 'all', rules: [] },
    owners: [{ match: ['e2e-*'], source: null, repo: null, owner: 'team-e2e' }],
  },
}

/** All that is heard of it in its first hours, in order of time; another seed makes another community. */
export const communityOffers = (hours: number, seed = 1): Offer[] => {
  const demo = demoWorld(seed)
    .offersBetween(MONDAY, MONDAY + hours * HOUR)
    .map(told)
  const runs = demo
    .filter(({ topic }) => topic === 'ci.run-events.v1')
    .map(({ record }) => record as RunEvent)
  const first = runs.find(({ labels }) => labels['cluster'] !== undefined)
  if (first === undefined) throw new Error('no run of the demo has a cluster')
  const failed = runs.filter(({ kind, outcome }) => kind === 'finished' && outcome === 'failure')
  const started = runs.filter(({ kind }) => kind === 'started')
  const others = [
    ...[settings],
    ...failed.map(excerptOf),
    ...started.map(actOn),
    ...Array.from({ length: hours }, (_, hour) => besides(hour, first)).flat(),
  ]
  return [...demo, ...others].sort((a, b) => a.record.observedAt - b.record.observedAt)
}
