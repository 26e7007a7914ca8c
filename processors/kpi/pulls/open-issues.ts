/**
 * open_issues, open_issue_age_p90: issues that are open, and the 90th percentile of their age. Units: issues, seconds.
 * Window: now. Ages are to the hour. Assumes that openings are heard, or told with a later fact of the issue. Null where
 * none is open, was opened or closed in 30 days: nobody knows whether issues are read.
 * Source: CHAOSS, AI4CI.
 * Example: opened 1, 2 and 30 h before: 3, and 30 h.
 */

import { NOTHING, plain } from '../row.ts'
import { ageQuantile, countOpen, NOW, type PullKpiRow } from './row.ts'

export const openIssues: PullKpiRow = {
  name: 'open_issues',
  unit: 'issues',
  windows: NOW,
  doc: 'issues opened and not closed',
  source: 'AI4CI',
  value: ({ openIssues: open, heard }) =>
    heard.issues ? plain(countOpen(open), countOpen(open)) : NOTHING,
}

export const openIssueAgeP90: PullKpiRow = {
  name: 'open_issue_age_p90',
  unit: 'seconds',
  windows: NOW,
  doc: '90th percentile of the age of open issues',
  source: 'CHAOSS',
  value: ({ openIssues: open, asOf }) => ageQuantile(open, asOf, 0.9),
}
