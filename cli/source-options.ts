/** Live sources named on the command line, or in the configuration file. */

import { existsSync } from 'node:fs'
import {
  CONFIG_FILE,
  readConfig,
  readConfigFile,
  systemPorts,
  type Config,
} from '../producers/config/config.ts'
import { textOption, UsageError, type Invocation, type OptionRow } from './command.ts'

const TOKEN = 'GITHUB_TOKEN'
/** Where the API of another GitHub lies, as GitHub's own runners are told it. */
const API_URL = 'GITHUB_API_URL'
const WEBHOOK_SECRET = 'STOPLINE_GITHUB_WEBHOOK_SECRET'

const LIVE_SOURCES = {
  github: {
    type: 'string',
    value: 'OWNER/REPO,...',
    doc: `GitHub repositories to poll (token in ${TOKEN}; ${WEBHOOK_SECRET} takes webhooks; ${API_URL} for another GitHub).`,
  },
  prow: { type: 'string', value: 'URL', doc: 'Address of a Prow to poll.' },
  testgrid: {
    type: 'string',
    value: 'URL/DASHBOARD,...',
    doc: 'Dashboards of a TestGrid to poll.',
  },
} as const satisfies Record<string, OptionRow>
/** Options that name sources which are polled. */
export const LIVE_OPTIONS: readonly string[] = Object.keys(LIVE_SOURCES)

export const SOURCE_OPTIONS: Readonly<Record<string, OptionRow>> = {
  ...LIVE_SOURCES,
  config: {
    type: 'string',
    value: 'FILE',
    doc: `Sources and settings (docs/config.md). Default: ${CONFIG_FILE}, if it is there.`,
  },
}

/** Options of the simulated community, of which recorded CI takes the speed. */
export const DEMO_OPTIONS: Readonly<Record<string, OptionRow>> = {
  days: { type: 'string', value: 'N', doc: 'Simulated days before now. Default 4.' },
  speed: {
    type: 'string',
    value: 'N',
    doc: 'Times as fast as it happens. Default 1; of DIR as fast as it goes.',
  },
  seed: { type: 'string', value: 'N', doc: 'Seed of the simulation. Default 1.' },
}

const secretIfSet = (name: string, env: string): object => {
  const isSet = (systemPorts.env(env) ?? '') !== ''
  return isSet ? { [name]: { env } } : {}
}

const listOf = (text: string): string[] =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')

const testgridOf = (text: string): object => {
  const [first = '', ...others] = listOf(text)
  if (!URL.canParse(first)) throw new UsageError(`--testgrid takes URL/DASHBOARD, not '${text}'`)
  const { origin, pathname } = new URL(first)
  const dashboard = decodeURIComponent(pathname.replace(/^\/|\/$/g, ''))
  if (dashboard === '')
    throw new UsageError('--testgrid takes URL/DASHBOARD: a dashboard is missing')
  return { kind: 'testgrid', page: origin, dashboards: [dashboard, ...others] }
}

const sourcesOf = (invocation: Invocation): object[] => {
  const [github, prow, testgrid] = ['github', 'prow', 'testgrid'].map((name) =>
    textOption(invocation, name),
  )
  const sources: object[] = []
  const apiUrl = systemPorts.env(API_URL) ?? ''
  if (github !== undefined)
    sources.push({
      kind: 'github',
      repos: listOf(github),
      ...(apiUrl === '' ? {} : { api: apiUrl }),
      ...secretIfSet('token', TOKEN),
      ...secretIfSet('webhook_secret', WEBHOOK_SECRET),
    })
  if (prow !== undefined) sources.push({ kind: 'prow', deck: prow })
  if (testgrid !== undefined) sources.push(testgridOf(testgrid))
  return sources
}

/** The configuration: of the options, else of the file. Null where neither names a source. */
export const liveConfig = (invocation: Invocation): Config | null => {
  const sources = sourcesOf(invocation)
  const named = textOption(invocation, 'config')
  if (sources.length > 0) {
    if (named !== undefined)
      throw new UsageError('name sources by options or by --config, not by both')
    return readConfig({ sources }, systemPorts, 'the command line')
  }
  if (named === undefined && !existsSync(CONFIG_FILE)) return null
  return readConfigFile(named ?? CONFIG_FILE)
}
