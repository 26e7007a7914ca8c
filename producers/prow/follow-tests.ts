/** JUnit files of a run as they appear in its bucket. Each is read once per generation, as a stream. */

import type { RunEvent, TestResult } from '../../schemas/events.ts'
import { RefusedPayload, type Note, type Refused } from '../payload/heard.ts'
import { jsonOf, jsonsAt, numberAt, textAt, type Json } from '../payload/json.ts'
import { getJson, type Get } from '../payload/reach.ts'
import { timesOf } from '../payload/times.ts'
import { fileUrl, junitListUrl, type Folder } from './bucket.ts'
import type { OpenRun } from './cursor.ts'
import { junitReader } from './junit.ts'

const MAX_LIST_BYTES = 4 * 2 ** 20
const MAX_FILE_BYTES = 256 * 2 ** 20
const MAX_PAGES = 10
const MAX_FILES = 500

interface TestFile {
  /** Path inside the run's folder. */
  readonly path: string
  readonly mark: string
  readonly updatedAt: number | null
}
export interface TestReading {
  readonly facts: readonly RunEvent[]
  readonly tests: readonly TestResult[]
  readonly refused: readonly Refused[]
}

/** A file of the list, null where it is none of this run's, or too large. */
const fileOf = (item: Json, folder: Folder, now: number, notes: Note[]): TestFile | null => {
  const name = textAt(item, 'name') ?? ''
  const path = name.slice(folder.path.length + 1)
  const isOurs = name.startsWith(`${folder.path}/`) && !path.split('/').includes('..')
  if (!isOurs || !/(?:^|\/)junit[^/]*\.xml$/.test(path)) return null
  if ((numberAt(item, 'size') ?? 0) > MAX_FILE_BYTES) return null
  const generation = textAt(item, 'generation') ?? textAt(item, 'updated') ?? ''
  const updatedAt = timesOf(now, notes).iso(item, 'updated')
  return { path, mark: `${path}@${generation}`, updatedAt }
}

/** Files that were not read yet. */
const listFiles = async (
  get: Get,
  storage: string,
  open: OpenRun,
  folder: Folder,
  now: number,
): Promise<TestFile[]> => {
  const found: TestFile[] = []
  let page = ''
  for (let pages = 0; pages < MAX_PAGES; pages += 1) {
    const url = junitListUrl(storage, folder, page)
    const asking = { isUrgent: !open.isEnded }
    const list = jsonOf(await getJson(get, url, MAX_LIST_BYTES, asking))
    for (const item of jsonsAt(list, 'items')) {
      const file = fileOf(item, folder, now, [])
      if (file !== null && !open.files.includes(file.mark)) found.push(file)
    }
    page = textAt(list, 'nextPageToken') ?? ''
    if (page === '') break
  }
  return found.slice(0, MAX_FILES - open.files.length)
}

/** What a broken file said before it broke is kept. */
const refusedOf = (error: unknown, path: string): Refused => {
  if (!(error instanceof RefusedPayload)) throw error
  return { reason: error.reason, detail: `${path}: ${error.message}`, payload: path }
}

/**
 * Tests of one run, a piece of a file at a time. Changes the run in place once a file was read whole. An answer that
 * breaks off throws, and the file is read again; its tests have the same ids then.
 */
export async function* followTests(
  get: Get,
  storage: string,
  open: OpenRun,
  now: number,
): AsyncGenerator<TestReading> {
  const { folder, run } = open
  if (folder === null || open.files.length >= MAX_FILES) return
  open.listedAt = now
  for (const { path, mark, updatedAt } of await listFiles(get, storage, open, folder, now)) {
    const answer = await get(fileUrl(storage, folder, path), { isUrgent: !open.isEnded })
    if (answer.status !== 200) continue
    const reader = junitReader({ run, file: path, eventAt: updatedAt ?? now, now })
    try {
      for await (const piece of answer.body) {
        const tests = reader.push(piece)
        if (tests.length > 0) yield { facts: [], tests, refused: [] }
      }
      yield { facts: [reader.end()], tests: [], refused: [] }
    } catch (error) {
      yield { facts: [], tests: [], refused: [refusedOf(error, path)] }
    }
    open.files.push(mark)
  }
}
