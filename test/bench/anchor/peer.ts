/** The peer: the small topology on Kafka Streams with exactly_once_v2 and a commit every 100 ms, built from its sources where they are. */

import { execFile } from 'node:child_process'
import { cpSync, existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Program } from './measured.ts'

const ROOT = join(import.meta.dirname, '../../..')
const ANCHORS = process.env['STOPLINE_ANCHORS'] ?? join(ROOT, '../shared/anchors')
const CACHE = join(ROOT, 'node_modules/.cache/anchors')
const BUILD = ['-q', 'compile', 'dependency:copy-dependencies', '-DincludeScope=runtime'] as const

/** Where the peer was built; null, said aloud, where its sources or its tools are not to be had. Built once. */
export const builtPeer = async (): Promise<string | null> => {
  const missing = (why: string): null => {
    process.stderr.write(`skipped: Kafka Streams is not measured: ${why}\n`)
    return null
  }
  if (!existsSync(join(ANCHORS, 'kafka-streams/pom.xml')))
    return missing(`STOPLINE_ANCHORS is not set, and there is no ${ANCHORS}/kafka-streams`)
  const home = join(CACHE, 'kafka-streams')
  if (existsSync(join(home, 'target/dependency'))) return CACHE
  mkdirSync(CACHE, { recursive: true })
  for (const name of ['run-event.avsc', 'kafka-streams'])
    cpSync(join(ANCHORS, name), join(CACHE, name), { recursive: true })
  try {
    await promisify(execFile)('mvn', BUILD, { cwd: home })
  } catch (error) {
    return missing(`it could not be built: ${String(error)}`)
  }
  return CACHE
}

export interface PeerOptions {
  readonly brokers: readonly string[]
  readonly input: string
  /** Stands before the names of its topics. */
  readonly prefix: string
  /** Events after which it ends; 0 goes on until the signal. */
  readonly until: number
}
export const peerProgram = (
  cache: string,
  { brokers, input, prefix, until }: PeerOptions,
): Program => ({
  command: 'java',
  args: [
    ...['-Xmx1g', '-Dorg.slf4j.simpleLogger.defaultLogLevel=error'],
    ...['-cp', 'target/classes:target/dependency/*', 'anchor.Topology'],
    ...[brokers.join(), input, prefix, String(until), '2', 'exactly_once_v2', 'plain'],
  ],
  cwd: join(cache, 'kafka-streams'),
})

/** Events per second from the first one to the last commit, as it prints them. */
export const peerSpeed = (said: string): number => {
  const found = /([\d.]+) events\/s \(to the last commit\)/.exec(said)?.[1]
  if (found === undefined) throw new Error(`the peer said no speed: ${said}`)
  return Number(found)
}
