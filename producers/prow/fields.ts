/** Fields of a ProwJob that are known, read or not. Others are counted: a source that changes should be seen to change. */

const fields = (names: string): ReadonlySet<string> => new Set(names.split(/\s+/))

export const TOP_FIELDS = fields('kind apiVersion metadata spec status')

export const SPEC_FIELDS = fields(
  `type agent cluster namespace job refs extra_refs report context rerun_command max_concurrency error_on_eviction
  pod_spec jenkins_spec pipeline_run_spec tekton_pipeline_run_spec decoration_config reporter_config
  rerun_auth_config hidden prowjob_defaults job_queue_name`,
)

export const STATUS_FIELDS = fields(
  `startTime pendingTime completionTime state description url pod_name build_id jenkins_build_id pod_revival_count
  prev_report_states`,
)
