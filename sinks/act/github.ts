/**
 * Cancels a workflow run of GitHub Actions. GitHub cancels whole workflow runs, never one job of them, and always their newest
 * attempt: a run of an attempt before that is over.
 */

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
  readonly run_attempt?: number
}
const stateIn = (text: string, attempt: number): RunState => {
  let run: WorkflowRun
  try {
    run = JSON.parse(text) as WorkflowRun
  } catch {
    return 'unknown'
  }
  if ((run.run_attempt ?? attempt) !== attempt) return 'over'
  if (run.status !== 'completed') return run.status === undefined ? 'unknown' : 'running'
  return run.conclusion === 'cancelled' ? 'stopped' : 'over'
}

export const githubCancel = (config: TargetConfig, ports: TargetPorts): Target => {
  const at = (repo: string, group: string | null, what: string): string => {
    const path = repo.split('/').map(encodeURIComponent).join('/')
    return `${config.address.replace(/\/+$/, '')}/repos/${path}/actions/runs/${group ?? ''}${what}`
  }
  const stateOf: Target['stateOf'] = async ({ repo, group, attempt }, signal) => {
    const answer = await asked(ports, config, 'GET', at(repo, group, ''), signal)
    return answer?.status === 200 ? stateIn(answer.text, attempt) : 'unknown'
  }
  return {
    kind: 'github-cancel',
    source: config.source,
    endsGroup: true,
    missing: ({ repo, group }) =>
      /^\d+$/.test(group ?? '') && /^[\w.-]+\/[\w.-]+$/.test(repo)
        ? null
        : 'the number of the workflow run is not known',
    stateOf,
    stop: async (run, signal) => {
      const state = await stateOf(run, signal)
      if (state === 'unknown') return { kind: 'again', why: 'GitHub does not say how the run is' }
      if (state !== 'running') return { kind: 'moot', why: 'GitHub says that it was over' }
      const path = at(run.repo, run.group, '/cancel')
      return reachedBy(await asked(ports, config, 'POST', path, signal))
    },
  }
}
