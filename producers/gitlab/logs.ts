/** Traces of jobs: GitLab has each while the job goes on, live ones whole and kept ones by range. */

import type { LogService } from '../log/follow.ts'
import { projectUrl } from './pages.ts'

export const GITLAB_LOG = { name: 'trace', isLive: true, isOffsetInUrl: false } as const

export const gitlabLogs = (server: string): LogService => ({
  ...GITLAB_LOG,
  urlOf: ({ repo, runId }) => `${projectUrl(server, repo)}/jobs/${encodeURIComponent(runId)}/trace`,
})
