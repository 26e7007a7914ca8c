/** GitLab as a source: its row in the table of sources. */

import { LIVE_LOG_FIELDS, LOG_HOSTS_FIELD, logPaceOf, onlyFor } from '../log/fields.ts'
import { sourceRow } from '../source.ts'
import { newGitlabCursor, pollGitlab, type GitlabCursor, type GitlabConfig } from './poll.ts'

export const GITLAB = sourceRow({
  doc: 'Jobs of the pipelines of GitLab projects, or the pipelines as wholes.',
  fields: {
    url: { type: 'url', doc: 'Address of the server.', otherwise: 'https://gitlab.com' },
    projects: { type: 'list', doc: 'Paths of the projects, as in `group/project`.', least: 1 },
    runs: {
      type: 'text',
      doc: 'What a run is: `jobs`, or `pipelines` as wholes.',
      pattern: /^(?:jobs|pipelines)$/,
      otherwise: 'jobs',
    },
    token: { type: 'secret', doc: 'Access token with the scope `read_api`.' },
    every: {
      type: 'duration',
      doc: 'Time from one look at the pipelines to the next.',
      range: ['1s', '1h'],
      otherwise: '30s',
    },
    horizon: {
      type: 'duration',
      doc: 'How far back the first look goes.',
      range: ['1h', '90d'],
      otherwise: '2d',
    },
    ...LIVE_LOG_FIELDS,
    log_hosts: {
      ...LOG_HOSTS_FIELD,
      doc: 'Addresses of an object store to which GitLab sends whoever asks for a trace.',
    },
  },
  open: (values) => {
    const { name, token } = values
    const config: GitlabConfig = {
      source: name,
      url: values.url,
      projects: values.projects,
      runs: values.runs === 'pipelines' ? 'pipelines' : 'jobs',
      horizonMs: values.horizon,
      logs: logPaceOf(values),
    }
    const own = { 'private-token': token ?? '' }
    return {
      name,
      addresses: [values.url, ...values.log_hosts],
      everyMs: values.every,
      ...(token === null ? {} : { authorize: onlyFor(values.url, () => Promise.resolve(own)) }),
      newCursor: newGitlabCursor,
      poll: (get, cursor: GitlabCursor, now) => pollGitlab(get, cursor, config, now),
    }
  },
})
