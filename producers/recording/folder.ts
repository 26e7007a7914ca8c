/** A folder of recordings: which sources it holds, how they were configured, and a folder for each. */

import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { readConfig, type Config, type ConfiguredSource } from '../config/config.ts'

const ABOUT = 'recording.json'
const VERSION = 1

interface About {
  readonly version: number
  /** By name, as configured, without secrets. */
  readonly sources: Readonly<Record<string, unknown>>
  /** Policies of jobs: what was heard carries them. */
  readonly jobs: readonly unknown[]
}

export const isRecording = (folder: string): boolean => existsSync(join(folder, ABOUT))

export const sourceFolder = (folder: string, name: string): string => join(folder, name)

const readAbout = (folder: string): About => {
  const about = JSON.parse(readFileSync(join(folder, ABOUT), 'utf8')) as About
  if (about.version !== VERSION)
    throw new Error(`${folder} is a recording of version ${about.version}, not ${VERSION}`)
  return about
}

const isOther = (a: unknown, b: unknown): boolean => JSON.stringify(a) !== JSON.stringify(b)

/** Makes the folder, or adds to it; a source of one name, and the policies of jobs, must be configured as they were. */
export const openRecordingFolder = (
  folder: string,
  { sources, jobs }: Pick<Config, 'sources' | 'jobs'>,
): void => {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const held = isRecording(folder) ? readAbout(folder) : null
  const others = sources.filter(({ source, given }) => {
    const before = held?.sources[source.name]
    return before !== undefined && isOther(before, given)
  })
  const names = others.map(({ source }) => source.name)
  if (held !== null && isOther(held.jobs, jobs)) names.push('jobs')
  if (names.length > 0)
    throw new Error(
      `${folder} holds a recording with ${names.join(', ')} configured otherwise: name another folder`,
    )
  const now = Object.fromEntries(sources.map(({ source, given }) => [source.name, given]))
  const about: About = { version: VERSION, sources: { ...held?.sources, ...now }, jobs }
  writeFileSync(join(folder, ABOUT), `${JSON.stringify(about, null, 2)}\n`)
}

/** The sources of a recording, ready to be replayed. */
export const recordedSources = (folder: string): readonly ConfiguredSource[] => {
  const { sources, jobs } = readAbout(folder)
  const ports = { env: () => undefined, file: () => '' }
  const given = { sources: Object.values(sources), jobs }
  return readConfig(given, ports, join(folder, ABOUT)).sources
}
