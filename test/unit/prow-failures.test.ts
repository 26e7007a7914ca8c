import { expect, it } from 'vitest'
import { failureKind } from '../../processors/failure-kind/failure-kind.ts'
import { runs } from '../../processors/runs/runs.ts'
import { newCursor } from '../../producers/prow/cursor.ts'
import { pollProw } from '../../producers/prow/poll.ts'
import { offersOf } from '../../producers/polling/offers.ts'
import { createHeardBefore } from '../../producers/polling/heard-before.ts'
import { config, MINUTE_MS, serve, START } from '../support/prow-world.ts'
import { topologyDriver } from '../support/topology-driver.ts'

it('names the starved wait for capacity of a Prow job while it still waits, and at last why it failed', async () => {
  const driver = topologyDriver([runs, failureKind])
  const cursor = newCursor()
  const heard = createHeardBefore()
  const said: Record<number, string> = {}
  for (const minute of [0, 2, 20, 32, 34, 39, 41, 43]) {
    const now = START + minute * MINUTE_MS
    for await (const turn of pollProw(serve({ minute }), cursor, config, now))
      for (const { topic, record } of offersOf('prow', turn, now, heard, () => null))
        driver.pipe(topic, record)
    driver.advance(now)
    const last = driver.read('ci.failure-kinds.v1').at(-1)
    said[minute] = last === undefined ? '' : `${last.kind} ${last.cause ?? ''} ${last.isFinal}`
  }
  expect(said).toEqual({
    ...{ 0: '', 2: '', 20: '' },
    // It waits since minute 1; thirty minutes later the queue starves, and the run fails nine minutes after it got its lease.
    32: 'infrastructure capacity false',
    34: 'unknown  false',
    39: 'test  false',
    41: 'test  true',
    43: 'test  true',
  })
  const lines = driver.read('ci.log-excerpts.v1').flatMap((excerpt) => excerpt.lines)
  expect(lines.some(({ text }) => text.includes('Step e2e-test failed after'))).toBe(true)
})
