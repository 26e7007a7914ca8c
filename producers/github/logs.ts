/** Logs of jobs: GitHub has each when the job has ended, and sends whoever asks on to where it lies. */

import type { LogService } from '../log/follow.ts'
import { repoUrl, type GithubConfig } from './round.ts'

export const GITHUB_LOG = { name: 'job log', isLive: false, isOffsetInUrl: false } as const

export const githubLogs = (config: GithubConfig): LogService => ({
  ...GITHUB_LOG,
  urlOf: ({ repo, runId }) =>
    `${repoUrl(config, repo)}/actions/jobs/${encodeURIComponent(runId)}/logs`,
})

/** Where logs of github.com lie; asked without credentials. Each answer names one, for a minute. */
export const LOG_HOSTS: readonly string[] = [
  'https://pipelines.actions.githubusercontent.com',
  'https://results-receiver.actions.githubusercontent.com',
  ...Array.from({ length: 20 }, (_, i) => `https://productionresultssa${i}.blob.core.windows.net`),
]
