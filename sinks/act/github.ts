/** Cancels a workflow run of GitHub Actions. GitHub cancels whole workflow runs, never one job of them: so it is told. */

import {
  asked,
  reachedBy,
  type RunState,
  type Target,
  type TargetConfig,
  type TargetPorts,
} from './target.ts'

interface WorkflowRun {
  readonly status?: string
  readonly conclusion?: string | null
}
const stateOf = (text: string): RunState => {
  let run: WorkflowRun
  try {
    run = JSON.parse(text) as WorkflowRun
  } catch {
    return 'unknown'
  }
  if (run.status !== 'completed') return run.status === undefined ? 'unknown' : 'running'
  return run.conclusion === 'cancelled' ? 'stopped' : 'over'
}

export const githubCancel = (config: TargetConfig, ports: TargetPorts): Target => {
  const at = (repo: string, group: string | null, what: string): string => {
    const path = repo.split('/').map(encodeURIComponent).join('/')
    return `${config.address.replace(/\/+$/, '')}/repos/${path}/actions/runs/${group ?? ''}${what}`
  }
  return {
    kind: 'github-cancel',
    source: config.source,
    missing: ({ repo, group }) =>
      /^\d+$/.test(group ?? '') && /^[\w.-]+\/[\w.-]+$/.test(repo)
        ? null
        : 'the number of the workflow run is not known',
    stateOf: async ({ repo, group }, signal) => {
      const answer = await asked(ports, config, 'GET', at(repo, group, ''), signal)
      return answer?.status === 200 ? stateOf(answer.text) : 'unknown'
    },
    stop: async ({ repo, group }, signal) =>
      reachedBy(await asked(ports, config, 'POST', at(repo, group, '/cancel'), signal)),
  }
}
