/** Archive → store → archive: what the tests of the export compare. */

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { runs } from '../../processors/runs/runs.ts'
import { openArchive } from '../../producers/archive/archive.ts'
import { EmbeddedRuntime } from '../../runtime/embedded/runtime.ts'
import type { LogReader } from '../../runtime/ports.ts'
import { runKey } from '../../schemas/keys.ts'

/** A folder that is gone after the test. */
export const tempFolder = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'stopline-export-'))
  onTestFinished(() => {
    rmSync(folder, { recursive: true, force: true })
  })
  return folder
}

/** A store in memory that joins runs and concludes nothing else; closed after the test. */
export const openRuns = (): EmbeddedRuntime => {
  const runtime = new EmbeddedRuntime(':memory:', [runs])
  onTestFinished(() => {
    runtime.close()
  })
  return runtime
}

/** Replays a folder into a new store; fails where the reader refuses anything. */
export const replayed = async (folder: string): Promise<EmbeddedRuntime> => {
  const runtime = openRuns()
  const archive = openArchive([folder])
  for await (const { offers } of archive.batches(0, new AbortController().signal))
    runtime.commit(offers, 0)
  return runtime
}

const sorted = (value: unknown): unknown =>
  value !== null && typeof value === 'object' && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
    : value

/** A record as text without some of its fields; maps in order of their keys. */
const textWithout = (record: object, fields: readonly string[]): string =>
  JSON.stringify(record, (name, value: unknown) =>
    fields.includes(name) ? undefined : sorted(value),
  )

/** How a state came about, and how its last change was heard. */
const BY_THE_WAY = [
  'eventId',
  'eventAt',
  'observedAt',
  'change',
  'before',
  'step',
  'stepOutcome',
  'slicesBefore',
  'stepStartedAt',
]

/** The state of each run after its last change, as text, without what depends on how it was heard. */
export const finalStates = (log: LogReader, besides: readonly string[] = []): readonly string[] => {
  const states = new Map<string, string>()
  for (const { record } of log.read('ci.runs.v1'))
    if (record !== null)
      states.set(runKey(record), textWithout(record, [...BY_THE_WAY, ...besides]))
  return [...states.values()].sort()
}

/** What was heard about runs or tests, each thing once, without ids and the instant of hearing. */
export const heardOf = (
  log: LogReader,
  topic: 'ci.run-events.v1' | 'ci.test-results.v1',
): readonly string[] => {
  const texts = new Set<string>()
  for (const { record } of log.read(topic))
    if (record !== null) texts.add(textWithout(record, ['eventId', 'observedAt']))
  return [...texts].sort()
}
