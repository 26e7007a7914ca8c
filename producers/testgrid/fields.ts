/** Fields of TestGrid's payloads that are known, read or not. */

const fields = (names: string): ReadonlySet<string> => new Set(names.split(/\s+/))

export const TABLE_FIELDS = fields(
  `test-group-name query status phase-timer cached summary bugs changelists column_ids custom-columns
  column-header-names groups metrics tests row_ids timestamps clusters test_id_map test-metadata
  stale-test-threshold num-stale-tests add-tabular-names-option show-tabular-names description bug-component
  code-search-path open-test-template file-bug-template attach-bug-template results-url-template
  code-search-url-template about-dashboard-url open-bug-template results-text latest-green triage-enabled
  notifications overall-status alerts context-menu-template column-diff-link-templates`,
)

export const SUMMARY_FIELDS = fields(
  `alert last_run_timestamp last_update_timestamp latest_green overall_status overall_status_icon status tests
  dashboard_name healthiness bug_url linked_issues`,
)
