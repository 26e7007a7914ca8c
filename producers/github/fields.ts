/** Fields of GitHub's payloads that are known, read or not. */

const fields = (names: string): ReadonlySet<string> => new Set(names.split(/\s+/))

export const JOB_FIELDS = fields(
  `id run_id run_url node_id run_attempt head_sha head_branch url html_url status conclusion created_at started_at
  completed_at name steps check_run_url labels runner_id runner_name runner_group_id runner_group_name workflow_name`,
)

export const STEP_FIELDS = fields('name status conclusion number started_at completed_at')

export const RUN_FIELDS = fields(
  `id name node_id head_branch head_sha path display_title run_number event status conclusion workflow_id
  check_suite_id check_suite_node_id url html_url pull_requests created_at updated_at actor run_attempt
  referenced_workflows run_started_at triggering_actor jobs_url logs_url check_suite_url artifacts_url cancel_url
  rerun_url previous_attempt_url workflow_url head_commit repository head_repository head_repository_id
  is_head_repository_readable_by_viewer`,
)

export const PULL_FIELDS = fields(
  `url id node_id html_url diff_url patch_url issue_url number state locked title user body created_at updated_at
  closed_at merged_at merge_commit_sha assignee assignees requested_reviewers requested_teams labels milestone draft
  commits_url review_comments_url review_comment_url comments_url statuses_url head base _links author_association
  auto_merge active_lock_reason merged mergeable rebaseable mergeable_state merged_by comments review_comments
  maintainer_can_modify commits additions deletions changed_files assigned_to stack`,
)

export const REVIEW_FIELDS = fields(
  `id node_id user body state html_url pull_request_url author_association _links submitted_at commit_id
  body_html body_text updated_at`,
)

export const ISSUE_FIELDS = fields(
  `url repository_url labels_url comments_url events_url html_url id node_id number title user labels state locked
  assignee assignees milestone comments created_at updated_at closed_at author_association active_lock_reason
  draft pull_request body body_html body_text closed_by reactions timeline_url performed_via_github_app state_reason
  type repository sub_issues_summary issue_dependencies_summary pinned_comment parent_issue_url issue_field_values score`,
)

export const COMMENT_FIELDS = fields(
  `url html_url issue_url id node_id user created_at updated_at author_association body body_html body_text reactions
  performed_via_github_app pin minimized`,
)

export const CHECK_FIELDS = fields(
  `id node_id head_sha external_id url html_url details_url status conclusion started_at completed_at output name
  check_suite app pull_requests deployment`,
)
