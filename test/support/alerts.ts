/** Alert rules by hand: records into the finders of symptoms, symptoms into incidents, as the topology joins them. */

import { clusterAlerts } from '../../processors/incidents/find/clusters.ts'
import { jobAlerts } from '../../processors/incidents/find/jobs.ts'
import { kpiAlerts } from '../../processors/incidents/find/kpis.ts'
import { pullAlerts } from '../../processors/incidents/find/pulls.ts'
import { sourceAlerts } from '../../processors/incidents/find/sources.ts'
import { testAlerts } from '../../processors/incidents/find/test-states.ts'
import { incidents } from '../../processors/incidents/incidents.ts'
import type { Tables } from '../../processors/processor.ts'
import type {
  AlertOwner,
  AlertRuleSetting,
  AlertSettings,
  Incident,
  Run,
  Stamped,
  Symptom,
} from '../../schemas/events.ts'
import type { RecordOf, TopicName } from '../../schemas/topics.ts'
import { drive } from './drive-one.ts'
import { lawAbiding } from './law-abiding.ts'
import { aRun, MINUTE, MONDAY } from './facts.ts'

const FINDERS = [jobAlerts, testAlerts, kpiAlerts, clusterAlerts, sourceAlerts, pullAlerts]

export const aSetting = (more: Partial<AlertRuleSetting>): AlertRuleSetting => ({
  ...{ name: more.rule ?? '', rule: '', isOn: true, match: [], source: null, repo: null },
  ...{ severity: null, owner: null, runbook: null, coolDownSeconds: null, limits: {} },
  ...more,
})

export const someSettings = (
  rules: readonly AlertRuleSetting[],
  owners: readonly AlertOwner[] = [],
  at = 1,
): AlertSettings => ({
  ...{ eventId: 's', eventAt: at, observedAt: at, name: 'alerts' },
  ...{ rules: [...rules], owners: [...owners] },
})

/** As the topology hands on what is told of one key. */
const inOrder = (a: Symptom, b: Symptom): number =>
  a.observedAt - b.observedAt || (a.eventId < b.eventId ? -1 : 1)

/** What is told, in order, with what becomes of it. Instants are minutes after Monday, 0:00. */
export const watchAlerts = (settings?: AlertSettings) => {
  let inForce = settings
  const tables: Tables = {
    get: (topic) => (topic === 'ci.alert-settings.v1' ? (inForce as never) : undefined),
  }
  const finders = FINDERS.map((finder) => ({ finder, driven: drive(lawAbiding(finder), tables) }))
  const last = drive(lawAbiding(incidents), tables)
  const passed = new Map<unknown, number>()
  /** Hands on, in order of time, what finders have said since. */
  const pass = (): void => {
    const symptoms: Symptom[] = finders.flatMap(({ driven }) => {
      const all = driven.on('ci.symptoms.v1')
      const from = passed.get(driven) ?? 0
      passed.set(driven, all.length)
      return all.slice(from)
    })
    for (const each of symptoms.sort(inOrder)) last.give('ci.symptoms.v1', each)
  }
  const watched = {
    tell<T extends TopicName>(topic: T, record: RecordOf<T>) {
      watched.until((record.observedAt - MONDAY) / MINUTE)
      for (const { finder, driven } of finders)
        if (finder.inputs.includes(topic)) driven.give(topic, record)
      pass()
      return watched
    },
    /** Records of one instant, whose findings are handed on together. */
    together(told: readonly (readonly [TopicName, RecordOf<TopicName>])[]) {
      watched.until(((told[0]?.[1].observedAt ?? MONDAY) - MONDAY) / MINUTE)
      for (const [topic, record] of told)
        for (const { finder, driven } of finders)
          if (finder.inputs.includes(topic)) driven.give(topic, record)
      pass()
      return watched
    },
    until(minute: number) {
      const at = MONDAY + minute * MINUTE
      for (const { driven } of finders) driven.advanceTo(at)
      pass()
      last.advanceTo(at)
      return watched
    },
    /** Settings told at their `observedAt`: in force from the next full hour on. */
    configure(told: AlertSettings) {
      const hours = Math.floor((told.observedAt - MONDAY) / (60 * MINUTE)) + 1
      // What is due at the full hour finds them in force.
      watched.until(hours * 60 - 1 / 60_000)
      inForce = told
      return watched
    },
    command(record: RecordOf<'ci.incident-commands.v1'>) {
      watched.until((record.observedAt - MONDAY) / MINUTE)
      last.give('ci.incident-commands.v1', record)
      return watched
    },
    incidents: (): readonly Incident[] => last.on('ci.incidents.v1'),
    /** The states of an alert's incidents, in order. */
    states: (alert: string): readonly string[] =>
      last
        .on('ci.incidents.v1')
        .filter((each) => each.alert === alert)
        .map(({ state }) => state),
    newest: (alert: string): Incident | undefined =>
      last.on('ci.incidents.v1').findLast((each) => each.alert === alert),
    symptoms: (): readonly Symptom[] =>
      finders.flatMap(({ driven }) => driven.on('ci.symptoms.v1')),
    tombstones: () => last.said.filter(({ kind }) => kind === 'retire').length,
    cells: () => last.cells,
  }
  return watched
}
export type Watched = ReturnType<typeof watchAlerts>

export const stampAt = (minute: number, id: string): Stamped => {
  const at = MONDAY + minute * MINUTE
  return { eventId: `${id}/${minute}`, eventAt: at, observedAt: at }
}

/** A run as the pipeline tells of it. */
export const runAt = (minute: number, change: Run['change'], more: Partial<Run> = {}): Run => {
  const ref = aRun({ ...(more.runId === undefined ? {} : { runId: more.runId }) })
  const stamp = stampAt(minute, `${more.job ?? ref.job}/${ref.runId}/${change}`)
  const isOver = change === 'finished'
  return {
    ...stamp,
    ...ref,
    change,
    phase: isOver ? 'finished' : change === 'queued' ? 'queued' : 'running',
    ...{ queuedAt: stamp.eventAt, startedAt: change === 'queued' ? null : stamp.eventAt },
    finishedAt: isOver ? stamp.eventAt : null,
    ...{ outcome: isOver ? 'success' : null, rawOutcome: null, before: null, slicesBefore: null },
    ...{
      steps: 0,
      failedSteps: [],
      step: null,
      stepOutcome: null,
      stepStartedAt: null,
      failedTests: 0,
      logBytes: null,
    },
    ...{ group: null, branch: null, sha: null, pull: null, trigger: null, labels: {} },
    ...more,
  }
}
