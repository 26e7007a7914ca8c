/** `stopline init`: writes a configuration by asking. */

import { existsSync, writeFileSync } from 'node:fs'
import { createInterface, type Interface } from 'node:readline'
import { stringify } from 'yaml'
import { CONFIG_FILE, readConfig } from '../../producers/config/config.ts'
import { EXIT, textOption, UsageError, type Command } from '../command.ts'

type Ask = (question: string, otherwise: string) => Promise<string>

/** Answers line by line, also from a pipe, where they are all there at once. */
const asker = (lines: Interface): Ask => {
  const answers = lines[Symbol.asyncIterator]()
  return async (question, otherwise) => {
    process.stderr.write(`${question}${otherwise === '' ? '' : ` [${otherwise}]`} `)
    const { value, done } = await answers.next()
    const answer = done === true ? '' : value.trim()
    return answer === '' ? otherwise : answer
  }
}
const parts = (text: string): string[] =>
  text
    .split(/[,\s]+/)
    .map((part) => part.trim())
    .filter((part) => part !== '')

const NONE = '-'
/** Where a secret lies: a variable of the environment, none where there is none. */
const askSecret = async (
  ask: Ask,
  field: string,
  question: string,
  otherwise: string,
): Promise<object> => {
  const name = await ask(question, otherwise)
  return name === '' || name === NONE ? {} : { [field]: { env: name } }
}

const askGithub = async (ask: Ask): Promise<object[]> => {
  const repos = parts(
    await ask('GitHub repositories (owner/repo, several by comma; empty: none):', ''),
  )
  if (repos.length === 0) return []
  const token = `Environment variable that holds a token (${NONE}: none, 60 requests an hour):`
  const secret = 'Environment variable that holds the secret of webhooks (empty: none):'
  return [
    {
      kind: 'github',
      repos,
      ...(await askSecret(ask, 'token', token, 'GITHUB_TOKEN')),
      ...(await askSecret(ask, 'webhook_secret', secret, '')),
    },
  ]
}
const askProw = async (ask: Ask): Promise<object[]> => {
  const deck = await ask('Address of a Prow (empty: none):', '')
  if (deck === '') return []
  const bucket = await ask('Bucket with the files of its runs (empty: as its jobs say):', '')
  return [{ kind: 'prow', deck, ...(bucket === '' ? {} : { bucket }) }]
}
const askTestgrid = async (ask: Ask): Promise<object[]> => {
  const page = await ask('Address of a TestGrid (empty: none):', '')
  if (page === '') return []
  return [{ kind: 'testgrid', page, dashboards: parts(await ask('Its dashboards, by comma:', '')) }]
}

const askGitlab = async (ask: Ask): Promise<object[]> => {
  const projects = parts(await ask('GitLab projects (group/project; empty: none):', ''))
  if (projects.length === 0) return []
  const url = await ask('Address of that GitLab:', 'https://gitlab.com')
  const token = 'Environment variable that holds its token (empty: none):'
  return [{ kind: 'gitlab', url, projects, ...(await askSecret(ask, 'token', token, '')) }]
}
const askJenkins = async (ask: Ask): Promise<object[]> => {
  const url = await ask('Address of a Jenkins (empty: none):', '')
  if (url === '') return []
  const jobs = parts(await ask('Its jobs with their folders, as in team/app, by comma:', ''))
  const user = await ask('User whose token it is asked with (empty: none):', '')
  if (user === '') return [{ kind: 'jenkins', url, jobs }]
  const token = 'Environment variable that holds the token:'
  const secret = await askSecret(ask, 'token', token, 'JENKINS_TOKEN')
  return [{ kind: 'jenkins', url, jobs, user, ...secret }]
}
const askPrometheus = async (ask: Ask): Promise<object[]> => {
  const url = await ask('Address of a Prometheus that watches the clusters (empty: none):', '')
  if (url === '') return []
  const of = await ask('Source whose runs it tells of:', 'prow')
  return [{ kind: 'prometheus', url, of }]
}
/** Kinds in the order they are asked for. */
const QUESTIONS = [askGithub, askProw, askTestgrid, askGitlab, askJenkins, askPrometheus] as const

const HEAD =
  '# Sources and settings of Stopline; docs/config.md tells every key. Secrets are named here, never written.\n'

export const init: Command = {
  name: 'init',
  takes: '',
  minArguments: 0,
  maxArguments: 0,
  summary: `write ${CONFIG_FILE} by asking`,
  help: `Asks for the sources to poll and writes ${CONFIG_FILE}, which stopline up, record and doctor read. It overwrites nothing.`,
  options: {
    config: { type: 'string', value: 'FILE', doc: `File to write. Default: ${CONFIG_FILE}.` },
  },
  run: async (invocation) => {
    const file = textOption(invocation, 'config') ?? CONFIG_FILE
    if (existsSync(file)) throw new UsageError(`${file} is there already: edit it, or name another`)
    const lines = createInterface({ input: process.stdin })
    try {
      const ask = asker(lines)
      const sources: object[] = []
      for (const question of QUESTIONS) sources.push(...(await question(ask)))
      // Secrets may be set later: here only the names count.
      readConfig({ sources }, { env: () => 'set', file: () => 'set' }, file)
      writeFileSync(file, HEAD + stringify({ sources }), { flag: 'wx' })
    } finally {
      lines.close()
    }
    process.stderr.write(`${file} is written. Next: stopline doctor, then stopline up\n`)
    return EXIT.ok
  },
}
