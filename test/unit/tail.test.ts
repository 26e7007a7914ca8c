import { join } from 'node:path'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { tail } from '../../cli/commands/tail.ts'
import { isAbort } from '../../cli/command.ts'
import { EmbeddedLog } from '../../runtime/embedded/log.ts'
import { EmbeddedStore } from '../../runtime/embedded/store.ts'
import { published } from '../support/api-deps.ts'
import { NOON, sampleKpi } from '../support/sample-records.ts'
import { temporaryFolder } from '../support/temporary.ts'

const RECORDS = 5_000
const storeOf = (): string => {
  const folder = join(temporaryFolder(), 'store')
  const store = new EmbeddedStore(folder)
  const log = new EmbeddedLog(store)
  store.transaction(() => {
    const times = Array.from({ length: RECORDS }, (_, i) => NOON + i)
    log.append(times.map((at) => published('ci.kpi-history.v1', sampleKpi({ observedAt: at }))))
  })
  store.close()
  return folder
}

afterEach(() => vi.restoreAllMocks())

/** A terminal takes every line at once, so that nothing is waited for. */
const printed = async (values: Record<string, string | boolean>, stop: AbortController) => {
  let lines = 0
  vi.spyOn(process.stdout, 'write').mockImplementation(() => {
    lines += 1
    // A signal is heard when the process next looks at what has happened.
    if (lines === 1)
      setImmediate(() => {
        stop.abort()
      })
    return true
  })
  const invocation = { values, positionals: ['ci.kpi-history.v1'], signal: stop.signal }
  const ended = await tail.run(invocation).then(
    (code) => code,
    (error: unknown) => error,
  )
  return { lines, ended }
}

describe('a topic that is printed', () => {
  const whole = { 'from-beginning': true, json: true }
  it('is cut short by a signal on the way, which is no orderly end', async () => {
    const { lines, ended } = await printed({ ...whole, store: storeOf() }, new AbortController())
    expect(lines).toBeLessThan(RECORDS)
    expect(isAbort(ended)).toBe(true)
  })
  it('and followed is ended by one', async () => {
    const values = { ...whole, follow: true, store: storeOf() }
    const { lines, ended } = await printed(values, new AbortController())
    expect(lines).toBeLessThan(RECORDS)
    expect(ended).toBe(0)
  })
})
