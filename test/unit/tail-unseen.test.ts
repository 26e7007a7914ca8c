import { join } from 'node:path'
import { describe, expect, it, vi } from 'vitest'
import { tail } from '../../cli/commands/tail.ts'
import { createSilence } from '../../cli/unseen.ts'
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
  return { writer, isSilent: () => isSilent(), pass: (ms: number) => (now += ms) }
}

describe('work that cannot be seen yet', () => {
  it('is told of once where a process writes and commits nothing for a while, and again after a commit', () => {
    const { writer, isSilent, pass } = open()
    writer.begin()
    writer.setNumber('a', 1)
    expect(isSilent()).toBe(false)
    pass(2_500)
    expect([isSilent(), isSilent()]).toEqual([true, false])
    writer.commit()
    expect(isSilent()).toBe(false)
    pass(2_500)
    expect(isSilent()).toBe(true)
    writer.close()
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
