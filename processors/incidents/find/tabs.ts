/** What the grid of a job's tests tells: a run that failed in most of them, and a dashboard that is not fresh. */

import type { TabState, TestTab } from '../../../schemas/events.ts'
import { ENDED } from '../../../schemas/strips.ts'
import type { Cells, Effect, Tables } from '../../processor.ts'
import { clear, findHeld, occasionOf, raise, subjectOf } from '../held.ts'
import { rulesOf, settingsOf } from '../settings.ts'
import { jobStateOf, newJobState } from './job-state.ts'

const NO_EFFECTS: readonly Effect[] = []

export const onTab = (
  cells: Cells,
  tab: TestTab,
  now: number,
  tables: Tables,
): readonly Effect[] => {
  const rules = rulesOf(settingsOf(tables), 'column')
  const column = tab.columns.findLast(({ marks }) => (marks & ENDED) !== 0)
  if (column === undefined || rules.length === 0) return NO_EFFECTS
  const state = jobStateOf(cells) ?? newJobState()
  const { runId, attempt } = column
  const occasion = { ...occasionOf({ ...tab, runId, attempt }, now) }
  const place = { subject: tab.job, member: tab.job }
  const effects = rules.flatMap((rule) => {
    const held = findHeld(state.held, rule.name, place)
    if (rule.row.isRaised(column, rule.limits))
      return raise(state.held, occasion, rule, place, rule.row.words(tab.job, column))
    return held === undefined
      ? []
      : clear(state.held, held, occasion, `run ${runId}: no mass failure`)
  })
  if (effects.length > 0) cells.put('job', state)
  return effects
}

/** What a dashboard says itself of how fresh a tab is. */
export const onTabState = (
  cells: Cells,
  told: TabState,
  now: number,
  tables: Tables,
): readonly Effect[] => {
  const state = jobStateOf(cells) ?? newJobState()
  const occasion = occasionOf({ ...told, runId: '', attempt: 0 }, now)
  const effects = rulesOf(settingsOf(tables), 'silent').flatMap((rule) => {
    const place = {
      subject: subjectOf(rule.row, told, undefined),
      member: `${told.job} (dashboard)`,
    }
    const held = findHeld(state.held, rule.name, place)
    if (told.state === 'stale') {
      const title = `${told.job} is stale, as its dashboard says`
      return raise(state.held, occasion, rule, place, {
        title,
        signal: told.detail ?? told.rawState,
      })
    }
    return held === undefined
      ? []
      : clear(state.held, held, occasion, 'its dashboard is fresh again')
  })
  if (effects.length > 0) cells.put('job', state)
  return effects
}
