/** Jenkins as a source: its row in the table of sources. */

import { LIVE_LOG_FIELDS, logPaceOf } from '../log/fields.ts'
import { sourceRow } from '../source.ts'
import { newJenkinsCursor, pollJenkins, type JenkinsCursor, type JenkinsConfig } from './poll.ts'

const basic = (user: string, token: string) => ({
  authorization: `Basic ${Buffer.from(`${user}:${token}`).toString('base64')}`,
})

export const JENKINS = sourceRow({
  doc: 'Builds of Jenkins jobs, with the stages of pipelines.',
  fields: {
    url: { type: 'url', doc: 'Address of the server.', otherwise: 'http://localhost:8080' },
    jobs: { type: 'list', doc: 'Jobs with their folders, as in `team/app`.', least: 1 },
    repo: {
      type: 'text',
      doc: 'Repository, owner/name, of the jobs; without it they are put under their folder.',
    },
    user: { type: 'text', doc: 'Whose token it is.' },
    token: { type: 'secret', doc: 'API token of the user.' },
    every: {
      type: 'duration',
      doc: 'Time from one look at the builds to the next.',
      range: ['1s', '1h'],
      otherwise: '30s',
    },
    ...LIVE_LOG_FIELDS,
  },
  open: (values) => {
    const { name, user, token } = values
    const config: JenkinsConfig = {
      source: name,
      url: values.url,
      jobs: values.jobs,
      repo: values.repo,
      pageBuilds: 50,
      maxPages: 20,
      logs: logPaceOf(values),
    }
    return {
      name,
      addresses: [values.url],
      everyMs: values.every,
      ...(user === null || token === null
        ? {}
        : { authorize: () => Promise.resolve(basic(user, token)) }),
      newCursor: newJenkinsCursor,
      poll: (get, cursor: JenkinsCursor, now) => pollJenkins(get, cursor, config, now),
    }
  },
})
