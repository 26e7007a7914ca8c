import { describe, expect, it } from 'vitest'
import { KnownProgress } from '../../runtime/kafka/known-progress.ts'
import { encodeProgress, NO_PROGRESS, passedRecord } from '../../runtime/kafka/progress.ts'

const RUNS = 'runs/2'
const commit = (at: number, written: number) => ({
  key: Buffer.from(RUNS),
  value: encodeProgress({ at, written: { 'ci.runs.v1/2': written }, handled: {} }),
  headers: {},
})
const pass = (at: number, since: number) => {
  const { key, value, headers } = passedRecord(RUNS, { at, since })
  return { key: Buffer.from(key), value: Buffer.from(value), headers }
}
const after = (...records: Parameters<KnownProgress['note']>[0][]) => {
  const known = new KnownProgress()
  for (const record of records) known.note(record)
  return known
}

describe('what is known of progress', () => {
  it('is the newest commit, and what was passed since', () => {
    const known = after(commit(100, 7), pass(350, 100))
    expect(known.newest(RUNS)).toMatchObject({ at: 350, written: { 'ci.runs.v1/2': 7 } })
    expect(known.committed(RUNS).at).toBe(100)
  })

  it('is what was passed alone, of a task that never committed', () => {
    expect(after(pass(350, 0)).newest(RUNS)).toEqual({ ...NO_PROGRESS, at: 350 })
  })

  it('takes no time for passed where compaction took the commit before it: what that had written is not known', () => {
    // Of commit(100), pass(350), commit(400): the first was overwritten by the last.
    const known = after(pass(350, 100))
    expect(known.newest(RUNS)).toEqual(NO_PROGRESS)
    known.note(commit(400, 9))
    expect(known.newest(RUNS)).toMatchObject({ at: 400, written: { 'ci.runs.v1/2': 9 } })
    known.note(pass(650, 400))
    expect(known.newest(RUNS).at).toBe(650)
  })

  it('goes by what was passed before a version that says since when', () => {
    expect(after(commit(100, 7), { ...pass(350, 0), headers: {} }).newest(RUNS).at).toBe(350)
  })

  it('never falls where a task that was restored commits what had been passed', () => {
    const known = after(commit(100, 7), pass(350, 100), commit(300, 7))
    expect(known.newest(RUNS).at).toBe(350)
    expect(known.committed(RUNS).at).toBe(300)
  })
})
