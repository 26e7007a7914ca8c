/** A job whose tests were not heard of for long is forgotten whole. */

import { key as keyOf, keyParts } from '../../schemas/keys.ts'
import { retire, type Cells, type Effect } from '../processor.ts'
import type { Tab } from './cells.ts'
import { forgetColumns } from './columns.ts'
import { forgetGroups } from './groups.ts'
import { forgetKpis } from './kpis.ts'
import { readSheet, sheetCell } from './sheets.ts'

/** Deletes all cells of a job and all that was said of its tests. */
export const forgetTab = (cells: Cells, job: string, tab: Tab): Effect[] => {
  const parts = keyParts(job)
  const effects: Effect[] = []
  for (let at = 0; at < tab.sheets; at += 1) {
    for (const row of readSheet(cells, at).rows)
      if (row.saidAt > 0) effects.push(retire('ci.test-states.v1', keyOf(...parts, row.test)))
    effects.push(retire('ci.test-sheets.v1', keyOf(...parts, String(at))))
    cells.delete(sheetCell(at))
  }
  effects.push(...forgetGroups(cells, job), ...forgetKpis(job), retire('ci.test-tabs.v1', job))
  forgetColumns(cells, tab)
  cells.delete('tab')
  return effects
}
