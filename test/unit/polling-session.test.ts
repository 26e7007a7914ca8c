import { afterEach, describe, expect, it } from 'vitest'
import { runFact } from '../../producers/payload/facts.ts'
import { turnOf } from '../../producers/payload/turn.ts'
import { createConditionTeller } from '../../producers/polling/condition.ts'
import { createHealth } from '../../producers/polling/health.ts'
import { createHeardBefore } from '../../producers/polling/heard-before.ts'
import { runLoop } from '../../producers/polling/loop.ts'
import { createOutbox } from '../../producers/polling/outbox.ts'
import { createSession, type Session } from '../../producers/polling/session.ts'
import { SourceError } from '../../producers/polling/source-error.ts'
import type { Source } from '../../producers/source.ts'
import type { SourceState } from '../../schemas/events.ts'
import { EmbeddedRuntime } from '../../runtime/embedded/runtime.ts'
import { handPace, isHeard, testSession } from '../support/polling.ts'
import { temporaryFolder } from '../support/temporary.ts'

const NOW = Date.parse('2026-01-02T12:00:00Z')
const opened: EmbeddedRuntime[] = []
afterEach(() => {
  for (const runtime of opened.splice(0)) runtime.close()
})

interface Count {
  next: number
}
/** Tells one more finished run with each turn, three turns a round; what it remembers is how many. */
const counting = (failAt = Infinity): Source<Count> => ({
  name: 'counting',
  addresses: [],
  everyMs: 1000,
  newCursor: () => ({ next: 0 }),
  poll: async function* (_get, cursor, now) {
    for (let turn = 0; turn < 3; turn += 1) {
      await Promise.resolve()
      const run = {
        source: 'counting',
        repo: 'o/r',
        job: 'j',
        runId: String(cursor.next),
        attempt: 1,
      }
      cursor.next += 1
      if (cursor.next === failAt) throw new SourceError('timeout', 'it fell silent')
      yield turnOf({
        facts: [
          runFact(run, 'started', { eventAt: now - 5, observedAt: now }, { startedAt: now - 5 }),
        ],
      })
    }
  },
})
const client = {
  get: () => Promise.reject(new Error('nothing is asked')),
  rest: () => undefined,
  quota: () => ({ used: 0, limit: null, remaining: null, shareLeft: null }),
}

/** Kills the process at a point of the n-th turn: before the log has it, after, or when the cursor is about to be saved. */
type Kill = 'before-append' | 'after-append' | 'at-save'
class Killed extends Error {}

/** A process over a store: it runs rounds until it is killed, or all is told. */
const processOf = async (folder: string, kill: Kill | null, at: number): Promise<void> => {
  const runtime = new EmbeddedRuntime(folder, [])
  opened.push(runtime)
  const pace = handPace(Math.max(NOW, runtime.now + 10))
  let left = at
  const dieAt = (point: Kill): void => {
    if (point === kill && (left -= 1) === 0) throw new Killed()
  }
  const source = counting()
  const session = createSession({
    source: source as Source,
    client,
    heard: createHeardBefore(runtime.log),
    startLabels: () => null,
    marks: { begin: pace.now, turn: pace.now, end: () => undefined },
    loadCursor: () => runtime.store.getText('memory'),
    saveCursor: (json) => {
      dieAt('at-save')
      runtime.store.setText('memory', json)
    },
    onNotes: () => undefined,
  })
  try {
    for (let round = 0; round < 4; round += 1) {
      pace.move(500)
      for await (const { at: stamp, offers } of session.round()) {
        dieAt('before-append')
        runtime.commit(offers, stamp)
        pace.move(400)
        dieAt('after-append')
      }
    }
  } catch (error) {
    if (!(error instanceof Killed) && !(error instanceof SourceError)) throw error
  } finally {
    runtime.close()
    opened.pop()
  }
}
const told = (folder: string): string[] => {
  const runtime = new EmbeddedRuntime(folder, [])
  try {
    return [...runtime.log.read('ci.run-events.v1')].map(({ record }) => record?.runId ?? '')
  } finally {
    runtime.close()
  }
}

describe('a process that is killed', () => {
  const kills: readonly Kill[] = ['before-append', 'after-append', 'at-save']
  it.each(kills)('%s loses nothing and doubles nothing, wherever that is', async (kill) => {
    for (let at = 1; at <= 4; at += 1) {
      const folder = temporaryFolder()
      await processOf(folder, kill, at)
      await processOf(folder, kill, at + 1)
      await processOf(folder, null, 0)
      const runs = told(folder)
      expect(runs.length).toBeGreaterThanOrEqual(12)
      expect(runs).toEqual(runs.map((_run, index) => String(index)))
    }
  })
})

const ids = async (session: Session): Promise<string[]> => {
  const found: string[] = []
  try {
    for await (const { offers } of session.round())
      for (const { topic, record } of offers)
        found.push('runId' in record ? record.runId : `${topic} ${(record as SourceState).state}`)
  } catch (error) {
    if (!(error instanceof SourceError)) throw error
    found.push(error.reason)
  }
  return found
}

describe('a session', () => {
  it('goes back to what is saved where a round breaks off, and tells again only what was not told', async () => {
    const pace = handPace(NOW)
    const { session, saved } = testSession(counting(3) as Source, client, pace)
    expect(await ids(session)).toEqual(['0', '1', 'ci.source-states.v1 failing', 'timeout'])
    expect(JSON.parse(saved() ?? '{}')).toEqual({ next: 1 })
    expect(await ids(session)).toEqual(['timeout'])
  })

  it('stamps facts with the instant they are handed over', async () => {
    const pace = handPace(NOW)
    const { session } = testSession(counting() as Source, client, pace)
    const stamps: number[] = []
    for await (const batch of session.round()) {
      const { at, offers } = batch
      if (!isHeard(batch)) continue
      stamps.push(at, ...offers.map(({ record }) => record.observedAt))
      pace.move(250)
    }
    expect(stamps).toEqual([NOW, NOW, NOW + 250, NOW + 250, NOW + 500, NOW + 500])
  })

  it('saves what is remembered at most once a second, and at the end of a round', async () => {
    const pace = handPace(NOW)
    const { session, saved } = testSession(counting() as Source, client, pace)
    const seen: (string | undefined)[] = []
    for await (const batch of session.round()) {
      if (!isHeard(batch)) continue
      expect(batch.offers).toHaveLength(1)
      seen.push(saved())
      pace.move(100)
    }
    expect(seen).toEqual([undefined, '{"next":1}', '{"next":1}'])
    expect(saved()).toBe('{"next":3}')
  })
})

describe('a loop', () => {
  it('keeps its interval, waits longer after each failure, and as long as it is told', async () => {
    const pace = handPace(NOW)
    const stop = new AbortController()
    const health = createHealth('x')
    const plan: (SourceError | null)[] = [
      null,
      new SourceError('timeout', 'silent'),
      new SourceError('timeout', 'silent'),
      new SourceError('throttled', 'patience', NOW + 60_000),
      null,
    ]
    const session: Session = {
      round: async function* () {
        await Promise.resolve()
        pace.move(10)
        const next = plan.shift()
        if (plan.length === 0) stop.abort()
        yield { at: pace.now(), offers: [] }
        if (next) throw next
      },
    }
    const failures: string[] = []
    const ports = {
      session,
      everyMs: 1000,
      pace,
      health,
      outbox: createOutbox(() => Promise.resolve()),
      onFailure: ({ reason }: SourceError) => failures.push(reason),
    }
    await runLoop(ports, stop.signal)
    expect(pace.slept.slice(0, 3)).toEqual([890, 1000, 2000])
    expect(pace.slept[3]).toBe(60_000 - 40 - 890 - 1000 - 2000)
    expect(failures).toEqual(['timeout', 'timeout', 'throttled'])
    expect(health.get()).toMatchObject({ state: 'heard', failures: 0, rounds: 5 })
  })

  it('ends with the error of the log', async () => {
    const pace = handPace(NOW)
    const { session } = testSession(counting() as Source, client, pace)
    const ports = {
      session,
      everyMs: 1000,
      pace,
      health: createHealth('x'),
      outbox: createOutbox(() => Promise.reject(new Error('the disk is full'))),
      onFailure: () => undefined,
    }
    await expect(runLoop(ports, new AbortController().signal)).rejects.toThrow('the disk is full')
  })

  it('says each oddity once, and counts them all', () => {
    const health = createHealth('x')
    const note = { oddity: 'unknown-field', detail: 'surprise' } as const
    expect(health.noted([note, note])).toEqual([note])
    expect(health.noted([note])).toEqual([])
    expect(health.get().oddities).toEqual({ 'unknown-field': 3 })
  })
})

describe('an outbox', () => {
  it('lets a source go on up to a bound, and what is remembered wait for the log', async () => {
    const acks: (() => void)[] = []
    const outbox = createOutbox(() => new Promise((resolve) => acks.push(resolve)), 3)
    const pace = handPace(NOW)
    const saves: number[] = []
    const source = counting()
    const session = createSession({
      source: source as Source,
      client,
      heard: createHeardBefore(),
      startLabels: () => null,
      marks: { begin: pace.now, turn: () => (pace.move(600), pace.now()), end: () => undefined },
      loadCursor: () => undefined,
      saveCursor: () => saves.push(acks.length),
      settle: outbox.settle,
      onNotes: () => undefined,
    })
    const taken: number[] = []
    const working = (async () => {
      for await (const { offers } of session.round()) {
        await outbox.put(offers)
        taken.push(acks.length)
      }
    })()
    const turnOfLoop = () => new Promise((resolve) => setImmediate(resolve))
    await turnOfLoop()
    // The first save waits for the first batch.
    expect([taken, saves]).toEqual([[1], []])
    acks[0]?.()
    await turnOfLoop()
    expect([acks.length, saves]).toEqual([3, [1]])
    acks[1]?.()
    acks[2]?.()
    await turnOfLoop()
    for (const ack of acks) ack()
    await working
    expect(saves.at(-1)).toBe(3)
  })
})

describe('the condition of a source', () => {
  it('is told when it changes: failing, for another reason, stale, heard again', () => {
    const { after } = createConditionTeller({ name: 'x', everyMs: 30_000 })
    const timeout = new SourceError('timeout', 'silent')
    const told = [
      after(null, NOW),
      after(null, NOW + 30_000),
      after(timeout, NOW + 60_000),
      after(timeout, NOW + 90_000),
      after(new SourceError('unauthorised', 'it answered 401'), NOW + 120_000),
      after(timeout, NOW + 329_999),
      after(timeout, NOW + 330_000),
      after(timeout, NOW + 900_000),
      after(null, NOW + 930_000),
    ].map((record) => record && `${record.state} ${record.reason ?? ''} ${record.failures}`)
    expect(told).toEqual([
      'heard  0',
      null,
      'failing timeout 1',
      null,
      'failing unauthorised 3',
      'failing timeout 4',
      'stale timeout 5',
      null,
      'heard  0',
    ])
    const never = createConditionTeller({ name: 'x', everyMs: 30_000 })
    expect(never.after(timeout, NOW)).toMatchObject({ state: 'failing', heardAt: null })
    expect(never.after(timeout, NOW + 300_000)?.state).toBe('stale')
  })
  it('is told with each tenth of its quota that goes below a half, and what is left of it', () => {
    const { after } = createConditionTeller({ name: 'x', everyMs: 30_000 })
    const left = [1, 0.52, 0.48, 0.42, 0.08, 0.09, 0.22, 0.8].map(
      (share) => after(null, NOW, share)?.quotaLeft,
    )
    expect(left).toEqual([1, undefined, 0.48, undefined, 0.08, undefined, 0.22, 0.8])
  })
})

describe('what was heard before', () => {
  it('is known again, up to so many', () => {
    const heard = createHeardBefore(undefined, 2)
    const claim = (id: string) => heard.claim('ci.run-events.v1', id)
    expect(['a', 'a', 'b', 'c', 'a'].map(claim)).toEqual([true, false, true, true, true])
    expect(heard.claim('ci.test-results.v1', 'a')).toBe(true)
  })
})
