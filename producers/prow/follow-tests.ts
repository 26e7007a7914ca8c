/** JUnit files of a run, and logs of its steps, as they appear in its bucket: the list, and the tests. Each is read once per generation, as a stream. */

import { RefusedPayload, type Refused } from '../payload/heard.ts'
import { jsonOf, jsonsAt, numberAt, textAt, type Json } from '../payload/json.ts'
import { dropBody, getJson, type Get } from '../payload/reach.ts'
import { timesOf } from '../payload/times.ts'
import { fileUrl, listUrl, type Folder } from './bucket.ts'
import type { OpenRun } from './cursor.ts'
import { junitReader } from './junit.ts'
import { isApart } from './past.ts'
import { stepOf, type FileStore, type TestFile, type TestReading } from './run-files.ts'

const MAX_LIST_BYTES = 4 * 2 ** 20
const MAX_FILE_BYTES = 256 * 2 ** 20
const MAX_PAGES = 10
const MAX_FILES = 500

/** A file of the list, null where it is none of this run's, or too large. */
const fileOf = (item: Json, open: OpenRun, folder: Folder, now: number): TestFile | null => {
  const name = textAt(item, 'name') ?? ''
  const path = name.slice(folder.path.length + 1)
  const isOurs = name.startsWith(`${folder.path}/`) && !path.split('/').includes('..')
  const isTests = /(?:^|\/)junit[^/]*\.xml$/.test(path)
  if (!isOurs || (!isTests && stepOf(path) === null)) return null
  const size = numberAt(item, 'size') ?? 0
  if (isTests && size > MAX_FILE_BYTES) return null
  const generation = textAt(item, 'generation') ?? textAt(item, 'updated') ?? ''
  const updatedAt = timesOf(now, []).iso(item, 'updated')
  return { open, path, mark: `${path}@${generation}`, updatedAt, size }
}

const listPages = async (
  get: Get,
  { storage, hasLogs }: FileStore,
  open: OpenRun,
  folder: Folder,
  now: number,
): Promise<TestFile[]> => {
  const found: TestFile[] = []
  let page = ''
  for (let pages = 0; pages < MAX_PAGES; pages += 1) {
    const url = listUrl(storage, folder, hasLogs, page)
    const asking = { isUrgent: !open.isEnded }
    const list = jsonOf(await getJson(get, url, MAX_LIST_BYTES, asking))
    for (const item of jsonsAt(list, 'items')) {
      const file = fileOf(item, open, folder, now)
      const isWanted = file !== null && (hasLogs || stepOf(file.path) === null)
      if (isWanted && !open.files.includes(file.mark)) found.push(file)
    }
    page = textAt(list, 'nextPageToken') ?? ''
    if (page === '') break
  }
  return found
}

/** Files of a run that were not read yet; none where the bucket does not answer with a list. */
export const listFiles = async (
  get: Get,
  store: FileStore,
  open: OpenRun,
  now: number,
): Promise<TestFile[]> => {
  open.listedAt = now
  if (open.folder === null || open.files.length >= MAX_FILES) return []
  try {
    const found = await listPages(get, store, open, open.folder, now)
    return found.slice(0, MAX_FILES - open.files.length)
  } catch (error) {
    if (!isApart(error)) throw error
    return []
  }
}

/** What a broken file said before it broke is kept. */
const refusedOf = (error: unknown, path: string): Refused => {
  if (!(error instanceof RefusedPayload)) throw error
  return { reason: error.reason, detail: `${path}: ${error.message}`, payload: path }
}

/**
 * Tests of one file, a piece at a time. What is remembered of its run changes once it was read whole. An answer that
 * breaks off throws, and the file is read again; its tests have the same ids then.
 */
export async function* readTests(
  get: Get,
  storage: string,
  { open, path, mark, updatedAt }: TestFile,
  now: number,
): AsyncGenerator<TestReading> {
  const { folder, run } = open
  if (folder === null) return
  const asking = { isUrgent: !open.isEnded, isOnce: true }
  const answer = await get(fileUrl(storage, folder, path), asking)
  if (answer.status !== 200) {
    await dropBody(answer)
    return
  }
  const reader = junitReader({ run, file: path, eventAt: updatedAt ?? now, now })
  let last: TestReading
  try {
    for await (const piece of answer.body) {
      const tests = reader.push(piece)
      if (tests.length > 0) yield { facts: [], tests, refused: [], others: [] }
    }
    last = { facts: [reader.end()], tests: [], refused: [], others: [] }
  } catch (error) {
    last = { facts: [], tests: [], refused: [refusedOf(error, path)], others: [] }
  }
  open.files.push(mark)
  yield last
}
