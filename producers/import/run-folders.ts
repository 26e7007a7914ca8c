/** Folders of a copy of Prow's bucket that hold the files of a run, and what their place says of it. */

import { readdirSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'

/** Files that only a run's own folder holds. */
const MARKS: ReadonlySet<string> = new Set(['started.json', 'finished.json', 'prowjob.json'])
const MAX_DEPTH = 16
const JUNIT = /^junit[^/]*\.xml(?:\.gz)?$/
const STEP_LOG = /^build-log\.txt(?:\.gz)?$/

const plainName = (file: string): string => file.replace(/\.gz$/, '')

/** Folders of runs below a folder, or it itself, in order of their names. Links are not followed. */
export function* runFolders(folder: string, depth = 0): Generator<string> {
  const entries = readdirSync(folder, { withFileTypes: true })
  if (entries.some((entry) => entry.isFile() && MARKS.has(plainName(entry.name)))) {
    yield folder
    return
  }
  if (depth >= MAX_DEPTH) return
  const folders = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name)
  for (const name of folders.sort()) yield* runFolders(join(folder, name), depth + 1)
}

/** Files below a folder whose names fit, in order of their names. */
function* filesBelow(folder: string, fits: RegExp, depth = 0): Generator<string> {
  const entries = readdirSync(folder, { withFileTypes: true })
  for (const { name } of entries
    .filter((entry) => entry.isFile() && fits.test(entry.name))
    .sort((a, b) => (a.name < b.name ? -1 : 1)))
    yield join(folder, name)
  if (depth >= MAX_DEPTH) return
  const folders = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name)
  for (const name of folders.sort()) yield* filesBelow(join(folder, name), fits, depth + 1)
}

/** JUnit files below a folder. */
export const junitFiles = (folder: string): Generator<string> => filesBelow(folder, JUNIT)
/** Logs below a folder that bear the name of a step's log. */
export const logFiles = (folder: string): Generator<string> => filesBelow(folder, STEP_LOG)

export interface Place {
  readonly job: string
  readonly runId: string
  /** As a presubmit's path tells it; null elsewhere. */
  readonly repo: string | null
  readonly pull: number | null
}

/** What `.../logs/JOB/BUILD`, `.../pr-logs/pull/ORG_REPO/PULL/JOB/BUILD` or `JOB/BUILD` says. */
export const placeOf = (folder: string): Place => {
  const path = resolve(folder).split('/')
  const [job = '', runId = ''] = path.slice(-2)
  const from = path.lastIndexOf('pr-logs')
  const inside = from >= 0 && path[from + 1] === 'pull' ? path.slice(from + 2, -2) : []
  const number = inside.at(-1) ?? ''
  if (!/^\d{1,9}$/.test(number)) return { job, runId, repo: null, pull: null }
  const repo = inside.length === 2 ? (inside[0] ?? '').replace('_', '/') : null
  return { job, runId, repo, pull: Number(number) }
}

/** Name of a folder as reports give it. */
export const nameOf = (path: string): string => basename(resolve(path))
