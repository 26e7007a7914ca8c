import { once } from 'node:events'
import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { describe, expect, it, vi } from 'vitest'
import { tail } from '../../cli/commands/tail.ts'
import { createSilence } from '../../cli/silence.ts'
import { isLocked } from '../../runtime/embedded/lock.ts'
import { EmbeddedStore } from '../../runtime/embedded/store.ts'
import { temporaryFolder } from '../support/temporary.ts'

const open = () => {
  const folder = join(temporaryFolder(), 'store')
  const writer = new EmbeddedStore(folder)
  const reader = new EmbeddedStore(folder, { readOnly: true })
  let now = 0
  const isSilent = createSilence({
    commits: () => reader.commits,
    isWritten: () => isLocked(folder),
    now: () => now,
  })
  return { folder, writer, isSilent: () => isSilent(), pass: (ms: number) => (now += ms) }
}

describe('work that cannot be seen yet', () => {
  it('is told of where a process writes and commits nothing for a while, and again after a minute', () => {
    const { writer, isSilent, pass } = open()
    writer.begin()
    writer.setNumber('a', 1)
    expect(isSilent()).toBe(false)
    pass(2_500)
    expect([isSilent(), isSilent()]).toEqual([true, false])
    writer.commit()
    expect(isSilent()).toBe(false)
    pass(60_000)
    expect(isSilent()).toBe(true)
    writer.close()
  })

  it('is told of once in a minute where commits come every five seconds', () => {
    const { writer, isSilent, pass } = open()
    let told = 0
    for (let at = 0; at < 100; at += 1) {
      writer.transaction(() => {
        writer.setNumber('a', at)
      })
      for (let quarter = 0; quarter < 20; quarter += 1) {
        if (isSilent()) told += 1
        pass(250)
      }
    }
    expect(told).toBe(9)
    writer.close()
  })

  it('is told of where the process that writes comes after whoever waits', () => {
    const { folder, writer, isSilent, pass } = open()
    writer.close()
    pass(10_000)
    expect(isSilent()).toBe(false)
    pass(10_000)
    const later = new EmbeddedStore(folder)
    expect(isSilent()).toBe(true)
    later.close()
  })

  it('is none where commits come, and where nobody writes', () => {
    const { writer, isSilent, pass } = open()
    for (let at = 0; at < 12; at += 1) {
      pass(250)
      writer.transaction(() => {
        writer.setNumber('a', at)
      })
      expect(isSilent()).toBe(false)
    }
    writer.close()
    pass(10_000)
    expect(isSilent()).toBe(false)
  })

  it('is what stopline tail --follow says on stderr', async () => {
    const folder = join(temporaryFolder(), 'store')
    const writer = new EmbeddedStore(folder)
    const stop = new AbortController()
    const said = vi.spyOn(process.stderr, 'write').mockImplementation(() => {
      stop.abort()
      return true
    })
    const values = { store: folder, follow: true }
    const positionals = ['ci.runs.v1']
    const code = await tail.run({ values, positionals, signal: stop.signal })
    expect(said.mock.calls.flat().join('')).toContain('shown with its next commit')
    said.mockRestore()
    writer.close()
    expect(code).toBe(0)
  })
})

describe('the look for a lock', () => {
  const closed = (): string => {
    const folder = join(temporaryFolder(), 'store')
    new EmbeddedStore(folder).close()
    return folder
  }

  it('does not keep a process from starting that comes at that very instant', async () => {
    const folder = closed()
    const looking = new Worker(
      `const { DatabaseSync } = require('node:sqlite')
       const { workerData, parentPort } = require('node:worker_threads')
       const lock = new DatabaseSync(workerData, { readOnly: true })
       lock.exec('BEGIN; SELECT count(*) FROM sqlite_schema')
       parentPort.postMessage('looks')
       setTimeout(() => lock.close(), 50)`,
      { eval: true, workerData: join(folder, 'stopline.lock') },
    )
    await once(looking, 'message')
    new EmbeddedStore(folder).close()
    await once(looking, 'exit')
  })

  it('takes one that cannot be opened, as one of another user, for held', () => {
    const folder = closed()
    expect(isLocked(folder)).toBe(false)
    rmSync(join(folder, 'stopline.lock'))
    mkdirSync(join(folder, 'stopline.lock'))
    expect(isLocked(folder)).toBe(true)
  })
})
