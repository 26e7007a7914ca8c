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
import { occasionOf, type Occasion } from './held.ts'
import {
  forgetIncident,
  INCIDENT_CELL,
  incidentKey,
  incidentOf,
  MOST_MEMBERS,
  newIncident,
  noteClosed,
  noteOpen,
  OPEN_CELL,
  openIncidents,
  putIncident,
  standing,
  type IncidentState,
} from './incident-state.ts'
import { obey } from './obey.ts'
import { said } from './say.ts'
import { settingsOf, type Settings } from './settings.ts'
import { coveredBy, swallower, toSwallow } from './swallow.ts'

/** A closed incident is shown for so long. */
const SHOWN_MS = 30 * 86_400_000
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
  if (known !== undefined) return settle(cells, incident, state, null, occasion, settings)
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

/** Says what has become of an incident: opened, updated or closed, with what it swallows or lets go. */
const settle = (
  cells: Cells,
  incident: string,
  state: IncidentState,
  verdict: string | null,
  occasion: Occasion,
  settings: Settings,
): Effect[] => {
  const isOpen = standing(state).length > 0
  const was = state.isOpen
  state.isOpen = isOpen
  const effects: Effect[] = []
  if (isOpen && !was) {
    if (state.openedAt === 0) state.openedAt = occasion.now
    else state.reopened += 1
    state.partOf = ''
    noteOpen(cells, { incident, rule: state.rule })
    putIncident(cells, incident, state)
    effects.push(...swallow(cells, incident, state, occasion, settings))
    effects.push(...said(incident, state, 'open', null, occasion, settings))
  } else if (!isOpen && was) {
    state.closedAt = occasion.now
    noteClosed(cells, incident)
    putIncident(cells, incident, state)
    effects.push(...said(incident, state, 'closed', verdict ?? 'it is over', occasion, settings))
    effects.push(setTimer(`gone/${incident}`, occasion.now + SHOWN_MS))
    effects.push(...letGo(cells, incident, occasion, settings))
  } else if (isOpen) {
    effects.push(...said(incident, state, 'update', verdict, occasion, settings))
    effects.push(...swallow(cells, incident, state, occasion, settings))
  } else if (state.openedAt > 0)
    // It was closed before what it said was judged.
    effects.push(...said(incident, state, 'closed', verdict ?? 'it is over', occasion, settings))
  putIncident(cells, incident, state)
  if (!isOpen && state.members.length === 0 && state.openedAt === 0)
    effects.push(setTimer(`gone/${incident}`, occasion.now + SHOWN_MS))
  return effects.length === 0 ? [drop('no-use')] : effects
}

/** Incidents with members that are part of another, those heard of last. */
const MOST_BEHIND = 300
const NONE_BEHIND: readonly string[] = []
const behindOf = (cells: Cells): readonly string[] =>
  (cells.get('behind') as string[] | undefined) ?? NONE_BEHIND
const noteBehind = (cells: Cells, incident: string): void => {
  if (!behindOf(cells).includes(incident))
    cells.put('behind', [...behindOf(cells), incident].slice(-MOST_BEHIND))
}

/** What is part of an incident that opens, or of what has joined it, is closed with its name. */
const swallow = (
  cells: Cells,
  incident: string,
  parent: IncidentState,
  occasion: Occasion,
  settings: Settings,
): Effect[] =>
  toSwallow(cells, incident, parent, settings).flatMap((name) => {
    const child = incidentOf(cells, name)
    const members = child === undefined ? [] : coveredBy(parent, child)
    if (child === undefined || members.length === 0) return []
    for (const member of members) member.by = incident
    parent.swallowed += members.length
    putIncident(cells, incident, parent)
    noteBehind(cells, name)
    child.partOf = incident
    return settle(
      cells,
      name,
      child,
      `it is part of ${parent.title}`,
      about(child, occasion),
      settings,
    )
  })

/** What stood only because it was part of an incident that is over stands by itself now. */
const letGo = (
  cells: Cells,
  incident: string,
  occasion: Occasion,
  settings: Settings,
): Effect[] => {
  const effects = behindOf(cells).flatMap((name) => {
    const child = incidentOf(cells, name)
    const freed = child?.members.filter(({ by }) => by === incident) ?? []
    if (child === undefined || freed.length === 0) return []
    for (const member of freed) member.by = swallower(cells, child.rule, member.job, settings)
    putIncident(cells, name, child)
    return settle(cells, name, child, null, about(child, occasion), settings)
  })
  const still = behindOf(cells).filter((name) =>
    incidentOf(cells, name)?.members.some(({ by }) => by !== ''),
  )
  if (still.length > 0) cells.put('behind', still)
  else if (behindOf(cells).length > 0) cells.delete('behind')
  return effects.filter(({ kind }) => kind !== 'drop')
}

/** The same occasion, about what another incident is about. */
const about = ({ job, runId, attempt }: IncidentState, occasion: Occasion): Occasion => ({
  ...occasion,
  ref: { ...occasion.ref, job, runId, attempt },
})

const onTimer = (
  cells: Cells,
  key: string,
  timer: string,
  now: number,
  tables: Tables,
): Effect[] => {
  const slash = timer.indexOf('/')
  const [what, incident] = [timer.slice(0, slash), timer.slice(slash + 1)]
  const state = incidentOf(cells, incident)
  if (state === undefined) return []
  const [source = '', repo = ''] = keyParts(key)
  const { job, runId, attempt } = state
  if (what === 'muted') {
    if (state.mutedUntil === 0 || state.mutedUntil > now) return []
    state.mutedUntil = 0
    state.mutedBy = ''
    putIncident(cells, incident, state)
    const ref = { source, repo, job, runId, attempt }
    const occasion = { causeId: `${key}/${timer}/${now}`, eventAt: now, now, ref }
    const told = state.isOpen ? 'update' : 'closed'
    return said(incident, state, told, 'the mute is over', occasion, settingsOf(tables))
  }
  if (state.isOpen || state.members.length > 0) return [setTimer(timer, now + SHOWN_MS)]
  const goneAt = Math.max(state.closedAt + SHOWN_MS, state.mutedUntil)
  if (goneAt > now) return [setTimer(timer, goneAt)]
  forgetIncident(cells, incident)
  return [retire('ci.incidents.v1', incident)]
}
