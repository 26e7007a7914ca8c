/** Aborts a job of Prow through deck: it keeps what the job left, and its cleanup. */

import {
  asked,
  reachedBy,
  type RunState,
  type Target,
  type TargetConfig,
  type TargetPorts,
} from './target.ts'

/** The words of `status.state`; whatever else Prow says is not taken for an end. */
const STATES: Readonly<Record<string, RunState>> = {
  scheduling: 'running',
  triggered: 'running',
  pending: 'running',
  aborted: 'stopped',
  success: 'over',
  failure: 'over',
  error: 'over',
}

/** `status.state` in the YAML that deck shows of a job. Example: `status:\n  state: pending\n` is `pending`. */
export const stateIn = (yaml: string): string | undefined => {
  const status = yaml.search(/^status:/m)
  return status < 0 ? undefined : /^ +state: *"?(\w+)/m.exec(yaml.slice(status))?.[1]
}

export const prowAbort = (config: TargetConfig, ports: TargetPorts): Target => {
  const at = (path: string, name: string): string =>
    `${config.address.replace(/\/+$/, '')}/${path}?prowjob=${encodeURIComponent(name)}`
  const nameOf = ({ labels }: { labels: Readonly<Record<string, string>> }): string =>
    labels['prowjob'] ?? ''
  return {
    kind: 'prow-abort',
    source: config.source,
    endsGroup: false,
    missing: (run) => (nameOf(run) === '' ? 'the name of the ProwJob is not known' : null),
    stateOf: async (run, signal) => {
      const answer = await asked(ports, config, 'GET', at('prowjob', nameOf(run)), signal)
      if (answer?.status !== 200) return 'unknown'
      return STATES[stateIn(answer.text) ?? ''] ?? 'unknown'
    },
    stop: async (run, signal) =>
      reachedBy(await asked(ports, config, 'POST', at('abort', nameOf(run)), signal)),
  }
}
