/** Fields of GitLab's payloads that are known, read or not. */

const fields = (names: string): ReadonlySet<string> => new Set(names.split(/\s+/))

export const JOB_FIELDS = fields(
  `id status stage name ref tag coverage allow_failure created_at started_at finished_at erased_at duration
  queued_duration user commit pipeline web_url artifacts artifacts_file runner runner_manager artifacts_expire_at
  archived source tag_list failure_reason project`,
)

export const PIPELINE_FIELDS = fields(
  `id iid project_id sha ref status source created_at updated_at web_url before_sha tag yaml_errors user started_at
  finished_at committed_at duration queued_duration coverage detailed_status name archived`,
)
