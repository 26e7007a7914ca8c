/**
 * pull_backlog_change, issue_backlog_change: opened less ended. Units: pulls, issues. Windows: 7 d, 30 d.
 * n is what was opened. Assumes that openings are heard, or told with a later fact.
 * Source: CHAOSS.
 * Example: 4 pulls opened, 2 merged, 1 closed: +1.
 */

import { NOTHING, plain } from '../row.ts'
import { sumOf, WINDOWED, type PullKpiRow } from './row.ts'

export const pullBacklogChange: PullKpiRow = {
  name: 'pull_backlog_change',
  unit: 'pulls',
  windows: WINDOWED,
  doc: 'pulls opened − pulls merged or closed',
  source: 'CHAOSS',
  value: (reading) =>
    plain(
      sumOf(reading, 'opened') - sumOf(reading, 'merged') - sumOf(reading, 'closed'),
      sumOf(reading, 'opened'),
    ),
}

export const issueBacklogChange: PullKpiRow = {
  name: 'issue_backlog_change',
  unit: 'issues',
  windows: WINDOWED,
  doc: 'issues opened − issues closed',
  source: 'CHAOSS',
  value: (reading) =>
    reading.heard.issues
      ? plain(
          sumOf(reading, 'issues/opened') - sumOf(reading, 'issues/closed'),
          sumOf(reading, 'issues/opened'),
        )
      : NOTHING,
}
