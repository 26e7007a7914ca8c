/** GitHub as a source: its row in the table of sources. */

import { LOG_FIELDS, LOG_HOSTS_FIELD, logPaceOf, onlyFor } from '../log/fields.ts'
import { SourceError } from '../polling/source-error.ts'
import { sourceRow } from '../source.ts'
import { anonymous, asApp, withToken, type PostJson } from './credentials.ts'
import { newGithubCursor, type GithubCursor } from './cursor.ts'
import { pollGithub } from './poll.ts'
import { LOG_HOSTS } from './logs.ts'
import type { GithubConfig } from './round.ts'

/** Without credentials GitHub answers 60 requests an hour. */
const ANONYMOUS_EVERY_MS = 600_000
const POST_TIMEOUT_MS = 20_000

const postJson: PostJson = async (url, headers) => {
  const signal = AbortSignal.timeout(POST_TIMEOUT_MS)
  try {
    const answer = await fetch(url, { method: 'POST', headers, redirect: 'error', signal })
    return { status: answer.status, body: await answer.json() }
  } catch {
    throw new SourceError('unreachable', 'no token of the installation could be asked for')
  }
}

export const GITHUB = sourceRow({
  doc: 'Workflow jobs with their steps, pull requests and reviews of GitHub repositories; deliveries of its webhooks besides.',
  fields: {
    api: { type: 'url', doc: 'Address of the API.', otherwise: 'https://api.github.com' },
    repos: {
      type: 'list',
      doc: 'Repositories, `owner/name` each.',
      pattern: /^[\w.-]+\/[\w.-]+$/,
      least: 1,
    },
    token: { type: 'secret', doc: 'Token that may read actions and pull requests.' },
    app_id: { type: 'text', doc: 'Id of an app that may do so, instead of a token.' },
    installation: { type: 'text', doc: 'Id of the installation of the app.' },
    private_key: { type: 'secret', doc: 'Private key of the app, PEM.' },
    webhook_secret: {
      type: 'secret',
      doc: 'Secret that deliveries to `/v1/ingest/github` are signed with; without it none are taken.',
    },
    every: {
      type: 'duration',
      doc: 'Time from one round to the next; at least 10m without credentials.',
      range: ['1s', '1h'],
      otherwise: '30s',
    },
    horizon: {
      type: 'duration',
      doc: 'How far back the first round looks.',
      range: ['1m', '90d'],
      otherwise: '1d',
    },
    runs: {
      type: 'number',
      unit: 'workflow runs',
      doc: 'Workflow runs whose jobs are read in one round at most, those read longest ago first.',
      range: [1, 10_000],
      otherwise: 200,
    },
    pulls: { type: 'flag', doc: 'Read pull requests too.', otherwise: true },
    reviews: {
      type: 'flag',
      doc: 'Read sizes and reviews of pull requests: two requests for each change of one.',
      otherwise: true,
    },
    files: {
      type: 'flag',
      doc: 'Read the paths of changed files too: one request more for each change of a pull request.',
      otherwise: false,
    },
    issues: {
      type: 'flag',
      doc: 'Read issues, and comments on them and on pull requests: two more lists each round.',
      otherwise: false,
    },
    ...LOG_FIELDS,
    log_hosts: {
      ...LOG_HOSTS_FIELD,
      doc: 'Addresses to which GitHub sends whoever asks for a log; those of github.com where none is named.',
    },
  },
  open: (values) => {
    const { name, api, token, app_id: appId, installation, private_key: privateKey } = values
    const isApp = appId !== null && installation !== null && privateKey !== null
    const isAnonymous = token === null && !isApp
    const config: GithubConfig = {
      source: name,
      api,
      repos: values.repos,
      horizonMs: values.horizon,
      roundRuns: values.runs,
      hasPulls: values.pulls,
      hasReviews: values.reviews,
      hasFiles: values.files,
      hasIssues: values.issues,
      // GitHub gives logs to those alone who say who they are.
      logs: { ...logPaceOf(values), ...(isAnonymous && { roundLogs: 0 }) },
    }
    const logHosts = values.log_hosts.length > 0 ? values.log_hosts : LOG_HOSTS
    return {
      name,
      addresses: isAnonymous ? [api] : [api, ...logHosts],
      everyMs: isAnonymous ? Math.max(values.every, ANONYMOUS_EVERY_MS) : values.every,
      authorize: isApp
        ? onlyFor(
            api,
            asApp({ api, appId, installation, privateKey }, postJson, () => Date.now()),
          )
        : token === null
          ? anonymous
          : onlyFor(api, withToken(token)),
      newCursor: newGithubCursor,
      poll: (get, cursor: GithubCursor, now) => pollGithub(get, cursor, config, now),
    }
  },
})
