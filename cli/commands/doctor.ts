/** `stopline doctor`: what this machine has of what Stopline needs, and what the store holds. */

import { existsSync, statfsSync, accessSync, constants } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { EmbeddedLog } from '../../runtime/embedded/log.ts'
import { EmbeddedStore } from '../../runtime/embedded/store.ts'
import { TOPIC_NAMES } from '../../schemas/topics.ts'
import { EXIT, JSON_OPTION, STORE_OPTION, textOption, type Command } from '../command.ts'
import { WEB_FOLDER } from '../pipeline.ts'
import { SOURCE_OPTIONS } from '../source-options.ts'
import { sourceFindings, type Finding } from '../try-sources.ts'

const LEAST_FREE_BYTES = 1e9

export const doctor: Command = {
  name: 'doctor',
  takes: '',
  minArguments: 0,
  maxArguments: 0,
  summary: 'check this machine, the sources that are configured and, with --store, a store',
  help: `Checks Node, the page, the port, the disk and, with --store, whether a store can be read and what it holds.
Each source that is configured is asked once: what could be read, how old the newest of it is, how many requests it took.`,
  options: { ...SOURCE_OPTIONS, store: STORE_OPTION, json: JSON_OPTION },
  run: async (invocation) => {
    const store = textOption(invocation, 'store') ?? process.env['STOPLINE_STORE']
    const findings: Finding[] = [
      node(),
      page(),
      await port(8080),
      disk(store ?? '.'),
      ...(store === undefined ? [] : storeFindings(store)),
      ...(await sourceFindings(invocation)),
    ]
    if (invocation.values['json'] === true)
      process.stdout.write(`${JSON.stringify(findings, null, 2)}\n`)
    else
      for (const { what, state, detail } of findings)
        process.stdout.write(
          `${{ good: '✓', note: '·', bad: '✗' }[state]} ${what.padEnd(10)} ${detail}\n`,
        )
    return findings.some(({ state }) => state === 'bad') ? EXIT.failed : EXIT.ok
  },
}

const node = (): Finding => {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  const isRecent = major > 24 || (major === 24 && minor >= 9)
  return {
    what: 'node',
    state: isRecent ? 'good' : 'bad',
    detail: isRecent
      ? process.version
      : `${process.version}: run npm ci, which brings Node 24.9 or newer`,
  }
}
const page = (): Finding =>
  existsSync(join(WEB_FOLDER, 'index.html'))
    ? { what: 'page', state: 'good', detail: 'built' }
    : { what: 'page', state: 'note', detail: 'not built yet: stopline up builds it' }

const port = (number: number): Promise<Finding> =>
  new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => {
      resolve({ what: 'port', state: 'note', detail: `${number} is taken: use --port` })
    })
    server.listen(number, '127.0.0.1', () => {
      server.close(() => {
        resolve({ what: 'port', state: 'good', detail: `${number} is free` })
      })
    })
  })

const disk = (folder: string): Finding => {
  const there = existsSync(folder) ? folder : '.'
  const { bavail, bsize } = statfsSync(there)
  const free = bavail * bsize
  const text = `${(free / 1e9).toFixed(1)} GB free`
  try {
    accessSync(there, constants.W_OK)
  } catch {
    return { what: 'disk', state: 'bad', detail: `${there} cannot be written` }
  }
  return free < LEAST_FREE_BYTES
    ? { what: 'disk', state: 'bad', detail: `${text}: a busy store grows by about 1 GB a day` }
    : { what: 'disk', state: 'good', detail: text }
}

const storeFindings = (folder: string): Finding[] => {
  try {
    const store = new EmbeddedStore(folder, { readOnly: true })
    const log = new EmbeddedLog(store)
    const now = store.getNumber('pipeline-time') ?? 0
    const counts = TOPIC_NAMES.map((topic) => `${topic} ${log.endOffset(topic)}`)
    const detail = `${store.getText('sources') ?? 'nothing'} up to ${new Date(now).toISOString()}, ${(store.bytes / 1e6).toFixed(0)} MB`
    store.close()
    return [
      { what: 'store', state: 'good', detail },
      ...counts.map((text): Finding => ({ what: 'topic', state: 'good', detail: text })),
    ]
  } catch (error) {
    return [{ what: 'store', state: 'bad', detail: (error as Error).message }]
  }
}
