/** A folder of recordings: which sources it holds, how they were configured, and a folder for each. */

import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ConfiguredSource } from '../config/config.ts'
import { readConfig } from '../config/config.ts'
import type { Source } from '../source.ts'

const ABOUT = 'recording.json'
const VERSION = 1

interface About {
  readonly version: number
  /** By name, as configured, without secrets. */
  readonly sources: Readonly<Record<string, unknown>>
}

export const isRecording = (folder: string): boolean => existsSync(join(folder, ABOUT))

export const sourceFolder = (folder: string, name: string): string => join(folder, name)

const readAbout = (folder: string): About => {
  const about = JSON.parse(readFileSync(join(folder, ABOUT), 'utf8')) as About
  if (about.version !== VERSION)
    throw new Error(`${folder} is a recording of version ${about.version}, not ${VERSION}`)
  return about
}

/** Makes the folder, or adds to it; a source of one name must be configured as it was. */
export const openRecordingFolder = (folder: string, sources: readonly ConfiguredSource[]): void => {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const held = isRecording(folder) ? readAbout(folder).sources : {}
  for (const { source, given } of sources) {
    const before = held[source.name]
    if (before !== undefined && JSON.stringify(before) !== JSON.stringify(given))
      throw new Error(
        `${folder} holds a recording of ${source.name} that was configured otherwise: name another folder`,
      )
  }
  const now = Object.fromEntries(sources.map(({ source, given }) => [source.name, given]))
  const about: About = { version: VERSION, sources: { ...held, ...now } }
  writeFileSync(join(folder, ABOUT), `${JSON.stringify(about, null, 2)}\n`)
}

/** The sources of a recording, ready to be replayed. */
export const recordedSources = (folder: string): readonly Source[] => {
  const sources = Object.values(readAbout(folder).sources)
  const ports = { env: () => undefined, file: () => '' }
  return readConfig({ sources }, ports, join(folder, ABOUT)).sources.map(({ source }) => source)
}
