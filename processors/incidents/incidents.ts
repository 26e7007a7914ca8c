/**
 * One incident per rule and subject: opened by its first finding, updated as others join and leave, closed with its last.
 * One that comes back within its cool-down is the same. While an incident is open, those that it swallows are part of it.
 * People take and mute incidents by commands, which are records like all else: a replay gives what was there live.
 */

import type { IncidentCommand, Symptom } from '../../schemas/events.ts'
import { keyParts } from '../../schemas/keys.ts'
import {
  drop,
  retire,
  setTimer,
  type Cells,
  type Effect,
  type Processor,
  type Tables,
} from '../processor.ts'
import { noteBehind } from './behind.ts'
import { occasionOf } from './held.ts'
import {
  forgetIncident,
  INCIDENT_CELL,
  incidentKey,
  incidentOf,
  MOST_MEMBERS,
  newIncident,
  OPEN_CELL,
  openIncidents,
  putIncident,
  type IncidentState,
} from './incident-state.ts'
import { lookAtRules } from './lapse.ts'
import { obey } from './obey.ts'
import { said } from './say.ts'
import { settingsOf, type Settings } from './settings.ts'
import { close, LOOK_TIMER, settle, SHOWN_MS } from './settle.ts'
import { swallower } from './swallow.ts'

/** Of a repository so many incidents are open at once; further findings wait for one of them to close. */
const MOST_OPEN = 300

export const incidents: Processor = {
  name: 'incidents',
  inputs: ['ci.symptoms.v1', 'ci.incident-commands.v1'],
  broadcasts: ['ci.alert-settings.v1'],
  outputs: ['ci.incidents.v1', 'ci.incident-steps.v1'],
  cells: { incident: INCIDENT_CELL, open: OPEN_CELL, behind: { type: 'array', items: 'string' } },
  step: (cells, key, input, now, tables) => {
    if (input.kind === 'timer') return onTimer(cells, key, input.timer, now, tables)
    const settings = settingsOf(tables)
    return input.topic === 'ci.symptoms.v1'
      ? onSymptom(cells, input.record as Symptom, now, settings)
      : obey(cells, input.record as IncidentCommand, now, settings)
  },
}

const onSymptom = (cells: Cells, symptom: Symptom, now: number, settings: Settings): Effect[] => {
  const incident = incidentKey(symptom)
  const state = incidentOf(cells, incident) ?? newIncident(symptom)
  const occasion = occasionOf(symptom, now)
  count(cells, incident, state, symptom)
  const known = state.members.find(
    ({ name, job }) => name === symptom.member && job === symptom.job,
  )
  if (symptom.state === 'cleared') {
    if (known === undefined && symptom.right === null) return [drop('no-use')]
    state.members = state.members.filter((each) => each !== known)
    return settle(cells, incident, state, symptom.verdict, occasion, settings)
  }
  // What says only whether a finding was right is no finding.
  if (known !== undefined || symptom.right !== null)
    return settle(cells, incident, state, null, occasion, settings)
  if (state.members.length >= MOST_MEMBERS || isFull(cells, state)) return [drop('no-use')]
  join(cells, incident, state, symptom, now, settings)
  return settle(cells, incident, state, null, occasion, settings)
}

/** Counts what happened next. */
const count = (cells: Cells, incident: string, state: IncidentState, { right }: Symptom): void => {
  if (right === null) return
  if (right) state.right += 1
  else state.wrong += 1
  putIncident(cells, incident, state)
}

const isFull = (cells: Cells, { isOpen }: IncidentState): boolean =>
  !isOpen && openIncidents(cells).length >= MOST_OPEN

/** A new member. What is said of the incident is what its newest member of its own is about. */
const join = (
  cells: Cells,
  incident: string,
  state: IncidentState,
  symptom: Symptom,
  now: number,
  settings: Settings,
): void => {
  const by = swallower(cells, symptom.rule, symptom.job, settings)
  if (!state.isOpen && state.members.length === 0) startAnew(state, now, settings)
  state.held += 1
  state.members.push({
    ...{ name: symptom.member, job: symptom.job, runId: symptom.runId },
    ...{ attempt: symptom.attempt, saved: symptom.expectedSavedSeconds, by },
  })
  if (by !== '') {
    countSwallowed(cells, by)
    noteBehind(cells, incident)
  }
  const { job, runId, attempt, title, signal, pFail, pFailLow } = symptom
  Object.assign(state, { job, runId, attempt, title, signal, pFail, pFailLow })
  state.head = symptom.head ?? state.head
  if (state.sha === '') state.sha = symptom.sha ?? ''
  state.link = symptom.link ?? state.link
  state.owner = symptom.owner ?? state.owner
  putIncident(cells, incident, state)
}

/** Within its cool-down it is the same incident; else it begins, and nobody has taken it yet. */
const startAnew = (state: IncidentState, now: number, settings: Settings): void => {
  const coolDownMs = settings.byName.get(state.rule)?.coolDownMs ?? 0
  if (state.closedAt > 0 && now <= state.closedAt + coolDownMs) return
  Object.assign(state, { held: 0, right: 0, wrong: 0, swallowed: 0, reopened: 0, openedAt: 0 })
  Object.assign(state, { sha: '', ackedBy: '', ackedAt: 0, closedAt: 0, partOf: '' })
}

const countSwallowed = (cells: Cells, by: string): void => {
  const parent = incidentOf(cells, by)
  if (parent === undefined) return
  parent.swallowed += 1
  putIncident(cells, by, parent)
}

const onTimer = (
  cells: Cells,
  key: string,
  timer: string,
  now: number,
  tables: Tables,
): Effect[] => {
  const [source = '', repo = ''] = keyParts(key)
  const causeId = `${key}/${timer}/${now}`
  if (timer === LOOK_TIMER) {
    const ref = { source, repo, job: '', runId: '', attempt: 0 }
    return lookAtRules(cells, { causeId, eventAt: now, now, ref }, settingsOf(tables))
  }
  const slash = timer.indexOf('/')
  const [what, incident] = [timer.slice(0, slash), timer.slice(slash + 1)]
  const state = incidentOf(cells, incident)
  if (state === undefined) return []
  const { job, runId, attempt } = state
  const occasion = { causeId, eventAt: now, now, ref: { source, repo, job, runId, attempt } }
  if (what === 'quiet')
    return state.quietAt === 0
      ? []
      : close(cells, incident, state, state.verdict, occasion, settingsOf(tables))
  if (what === 'muted') {
    if (state.mutedUntil === 0 || state.mutedUntil > now) return []
    state.mutedUntil = 0
    state.mutedBy = ''
    putIncident(cells, incident, state)
    const told = state.isOpen ? 'update' : 'closed'
    return said(incident, state, told, 'the mute is over', occasion, settingsOf(tables))
  }
  if (state.isOpen || state.members.length > 0) return [setTimer(timer, now + SHOWN_MS)]
  const goneAt = Math.max(state.closedAt + SHOWN_MS, state.mutedUntil)
  if (goneAt > now) return [setTimer(timer, goneAt)]
  forgetIncident(cells, incident)
  return [retire('ci.incidents.v1', incident)]
}
