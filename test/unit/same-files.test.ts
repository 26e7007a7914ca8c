import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { archiveAt, replayArchive } from '../../cli/feed.ts'
import { embeddedTarget } from '../../cli/live.ts'
import { checkFiles } from '../../cli/same-files.ts'
import { openImport } from '../../producers/import/import.ts'
import type { Archive } from '../../producers/archive/archive.ts'
import { EmbeddedRuntime } from '../../runtime/embedded/runtime.ts'
import { runLine, runsCsv } from '../support/archive-folder.ts'
import { temporaryFolder } from '../support/temporary.ts'

/** A folder of this name with runs of these ids. */
const folderOf = (parent: string, ...ids: readonly number[]): string => {
  const folder = join(parent, 'ci')
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'runs.csv'), runsCsv(...ids.map((id) => runLine(id))))
  return folder
}
const { signal } = new AbortController()
const IMPORTING = { source: 'import', repo: 'none/none', now: 0 }

describe('a store that goes on with an archive', () => {
  const replayInto = async (runtime: EmbeddedRuntime, archive: Archive): Promise<number> => {
    await checkFiles(embeddedTarget(runtime), archive, signal)
    return replayArchive(runtime, archive, signal, { isQuiet: true })
  }
  const ways: [string, (folder: string) => Archive][] = [
    ['replay', (folder) => archiveAt([folder], Infinity)],
    ['import', (folder) => openImport([folder], IMPORTING)],
  ]
  it.each(ways)('takes the same files, and no others: %s', async (_, open) => {
    const parent = temporaryFolder()
    const runtime = new EmbeddedRuntime(':memory:', [])
    expect(await replayInto(runtime, open(folderOf(parent, 2, 3)))).toBe(4)
    expect(await replayInto(runtime, open(folderOf(parent, 2, 3)))).toBe(0)

    const grown = replayInto(runtime, open(folderOf(parent, 1, 2, 3)))
    await expect(grown).rejects.toThrow(
      /^ci.*: not what it was when 4 facts of (archive|import):ci were taken.* another store \(--store/,
    )
    const other = replayInto(runtime, open(folderOf(temporaryFolder(), 4, 5)))
    await expect(other).rejects.toThrow('not what it was')

    expect(await replayInto(runtime, open(folderOf(parent, 2, 3)))).toBe(0)
    writeFileSync(join(parent, 'ci', 'tests.csv'), '')
    await expect(replayInto(runtime, open(join(parent, 'ci')))).rejects.toThrow('not what it was')
    rmSync(join(parent, 'ci', 'tests.csv'))
    expect(runtime.log.endOffset('ci.run-events.v1')).toBe(4)
    runtime.close()
  })

  it('begins with what is there when its first facts are taken', async () => {
    const parent = temporaryFolder()
    const runtime = new EmbeddedRuntime(':memory:', [])
    const target = embeddedTarget(runtime)
    await checkFiles(target, archiveAt([folderOf(parent, 2)], Infinity), signal)
    expect(await replayInto(runtime, archiveAt([folderOf(parent, 1, 2)], Infinity))).toBe(4)
    runtime.close()
  })
})
