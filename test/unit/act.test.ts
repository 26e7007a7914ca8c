/** Acting on stops: everything that must hold before a run is touched, and every way to make it act without being asked. */

import { afterEach, describe, expect, it, vi } from 'vitest'
import { readActing } from '../../cli/config/acting.ts'
import { createHttpClient } from '../../runtime/http.ts'
import type { Keyed, LogRecord } from '../../runtime/ports.ts'
import type { Act, Decision, Run } from '../../schemas/events.ts'
import { keepShareOf } from '../../schemas/keeping.ts'
import type { Acting, ActorDeps } from '../../sinks/act/actor.ts'
import { ACT_CURSOR, runActor } from '../../sinks/act/run-actor.ts'
import { githubCancel } from '../../sinks/act/github.ts'
import { actOf } from '../../sinks/act/ledger.ts'
import {
  isLeftAlone,
  isOptedIn,
  permit,
  precisionOf,
  type Situation,
} from '../../sinks/act/permit.ts'
import { stateIn } from '../../sinks/act/prow.ts'
import type { TopicName } from '../../schemas/topics.ts'
import { createTestPipeline, published } from '../support/api-deps.ts'
import {
  actingOn,
  aRunning,
  aStop,
  KEEP_SHARE,
  runIds,
  startDeck,
  stopsOf,
} from '../support/act-world.ts'
import { PATIENCE } from '../support/patience.ts'
import { startHttpWorld, type Fault } from '../support/receivers.ts'
import { NOON } from '../support/sample-records.ts'

const cleanups: (() => unknown)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})
const LIMITS = { keepShare: KEEP_SHARE, perHour: 3, precision: 0.95, freshMs: 600_000 }
const [ID = ''] = runIds(1)
const GOOD: Situation = {
  ...{ run: aRunning(ID), measures: [stopsOf(200, 0)], isSwitchedOff: false },
  ...{ actsInHour: 0, now: NOON + 1_000, hasTarget: true, advice: 'stop', others: [] },
}
const verdict = (more: Partial<Situation>, decision: Decision = aStop(ID)) =>
  permit(decision, { ...GOOD, ...more }, LIMITS)
const withPolicy = (policy: string | undefined): Run =>
  aRunning(ID, { labels: policy === undefined ? {} : { policy } })

describe('what may be acted on', () => {
  it('is a stop of a run whose job asked for it, where everything holds', () => {
    expect(verdict({})).toMatchObject({ isAllowed: true })
    expect(verdict({}).precision).toBeGreaterThan(0.95)
  })
  it.each([
    ['another advice', {}, aStop(ID, { level: 'advise' }), 'only a stop is acted on'],
    ['a kill switch', { isSwitchedOff: true }, aStop(ID), 'acting is switched off'],
    ['a run that is not known', { run: undefined }, aStop(ID), 'the run is not known'],
    [
      'a job without a policy',
      { run: withPolicy(undefined) },
      aStop(ID),
      'the job has not asked for it',
    ],
    ['simulated data', { run: aRunning(ID, { source: 'demo' }) }, aStop(ID), 'it is simulated'],
    [
      'a source without a way',
      { hasTarget: false },
      aStop(ID),
      'there is no way to stop runs of this source',
    ],
    [
      'a run that is over',
      { run: aRunning(ID, { phase: 'finished' }) },
      aStop(ID),
      'the run does not run',
    ],
    ['advice taken back', { advice: 'watch' }, aStop(ID), 'the advice was taken back'],
    ['no advice at all', { advice: undefined }, aStop(ID), 'the advice was taken back'],
    [
      'a group with a job that has not asked for it',
      { others: [aRunning(ID), aRunning('o', { job: 'deploy', labels: { policy: 'stop' } })] },
      aStop(ID),
      'deploy would end with it: the job has not asked for it',
    ],
    [
      'a group with a protected step',
      {
        others: [
          aRunning(ID, { job: 'x', step: 'gather', labels: { policy: 'act protect=gather' } }),
        ],
      },
      aStop(ID),
      'x would end with it: the protected step gather runs',
    ],
    ['an old decision', { now: NOON + 600_001 }, aStop(ID), 'the decision is too old'],
    [
      'too few stops',
      { measures: [stopsOf(19, 0)] },
      aStop(ID),
      'too few stops are known to tell how precise they are',
    ],
    [
      'no record at all',
      { measures: [] },
      aStop(ID),
      'too few stops are known to tell how precise they are',
    ],
    ['a spent budget', { actsInHour: 3 }, aStop(ID), 'the budget of the hour is used up'],
  ] as [string, Partial<Situation>, Decision, string][])(
    'is nothing of %s',
    (_, more, decision, reason) => {
      expect(verdict(more, decision)).toMatchObject({ isAllowed: false, reason })
    },
  )
  it('is nothing where stops were not precise enough, by their lower bound', () => {
    // 97 of 100 is .97, but at least .915.
    expect(verdict({ measures: [stopsOf(97, 3)] })).toMatchObject({ isAllowed: false })
    expect(precisionOf([stopsOf(97, 3)])).toBeCloseTo(0.9155, 3)
  })
  it('goes by the narrowest record with enough stops', () => {
    expect(precisionOf([stopsOf(5, 0), stopsOf(10, 10), stopsOf(500, 0)])).toBeLessThan(0.5)
  })
  it('leaves protected steps running', () => {
    const policy = 'act protect=gather*,deprovision stop'
    const at = (step: string | null) => verdict({ run: aRunning(ID, { step, labels: { policy } }) })
    expect(at('gather-logs').reason).toBe('the protected step gather-logs runs')
    expect(at('deprovision').isAllowed).toBe(false)
    expect(at('deprovision-2').isAllowed).toBe(true)
    expect(at(null).isAllowed).toBe(true)
  })
  it('leaves a fixed share of runs alone', () => {
    const ref = { source: 'prow', repo: 'o/r', job: 'e2e', attempt: 1 }
    const alone = Array.from({ length: 20_000 }, (_, i) => `${i}`).filter((runId) =>
      isLeftAlone({ ...ref, runId }, 0.05),
    )
    expect(alone.length / 20_000).toBeCloseTo(0.05, 2)
    const [runId = ''] = alone
    expect(verdict({ run: aRunning(runId) }, aStop(runId)).reason).toMatch(/left alone/)
    expect(isLeftAlone({ ...ref, runId: 'any' }, 1)).toBe(true)
  })
  it('leaves more of them alone where the job may have been mended, unless a step of the run itself failed', () => {
    const after = (mendedChance: number, ground: Decision['ground'] = 'history') => ({
      ground,
      evidence: { mendedChance },
    })
    expect(keepShareOf(after(0.2), 0.05)).toBe(0.2)
    expect(keepShareOf(after(0.01), 0.05)).toBe(0.05)
    expect(keepShareOf(after(0.2, 'sign'), 0.05)).toBe(0.05)
    expect(keepShareOf({ ground: 'age', evidence: {} }, 0.05)).toBe(0.05)
    const onNewCommit = { mendedChance: 0.2, mendedByChange: 0.25 }
    expect(keepShareOf({ ground: 'history', evidence: onNewCommit }, 0.05)).toBe(0.25)
    expect(keepShareOf({ ground: 'silent', evidence: onNewCommit }, 0.05)).toBe(0.05)
    expect(verdict({}, aStop(ID, after(1))).reason).toMatch(/left alone/)
  })
  it.each([
    'stop',
    'react stop',
    'ACT stop',
    'act=true stop',
    'floor=act stop',
    'protect=act stop',
    'stop,act',
    '',
  ])('takes no other word of a policy for it: %j', (policy) => {
    expect(isOptedIn(withPolicy(policy))).toBe(false)
    expect(verdict({ run: withPolicy(policy) }).isAllowed).toBe(false)
  })
  it('reads a policy as whoever decides does, also where a word is there twice', () => {
    const of = (step: string) => ({
      ...withPolicy('act stop protect=gather* protect=deprovision'),
      step,
    })
    expect(verdict({ run: of('deprovision') }).reason).toMatch(/deprovision/)
    expect(verdict({ run: of('gather-logs') }).reason).not.toMatch(/gather/)
  })
  it('takes no label for it that is not the policy', () => {
    const labels = { act: 'true', 'policy ': 'act', Policy: 'act' }
    expect(isOptedIn(aRunning(ID, { labels }))).toBe(false)
  })
})

/** An actor over records in memory, which begins with those of `before`. */
const act = (
  address: string,
  more: Partial<Acting> = {},
  isSwitchedOff = () => false,
  before: readonly Keyed[] = [],
) => {
  const pipeline = createTestPipeline()
  pipeline.publish(before)
  const acts: Act[] = []
  const controller = new AbortController()
  const acting = actingOn(address, more)
  let cursor = pipeline.log.endOffset('ci.decisions.v1')
  const running = runActor(
    acting,
    {
      ...{ log: pipeline.log, clock: { now: () => NOON + 1_000 }, isSwitchedOff },
      loadCursor: (name) => (name === ACT_CURSOR ? cursor : undefined),
      saveCursor: (_name, offset) => {
        cursor = offset
      },
      views: pipeline.views,
      readActs: () =>
        [...pipeline.log.read('ci.acts.v1')].flatMap(({ record: each }) => each ?? []),
      offer: (record) => {
        acts.push(record)
        pipeline.publish([published('ci.acts.v1', record)])
      },
      onCommit: pipeline.deps.onCommit,
    },
    controller.signal,
  )
  cleanups.push(async () => {
    controller.abort()
    await running
    await acting.close()
  })
  return {
    acts,
    publish: (records: readonly Keyed[]) => {
      pipeline.publish(records)
    },
    states: () => acts.map(({ state }) => state),
    tell: async (runs: readonly Run[], decisions: readonly Decision[]) => {
      pipeline.publish([
        published('ci.measures.v1', stopsOf(200, 0)),
        ...runs.map((run) => published('ci.runs.v1', run)),
        ...decisions.map((decision) => published('ci.decisions.v1', decision)),
      ])
      const end = pipeline.log.endOffset('ci.decisions.v1')
      await vi.waitFor(() => {
        expect(cursor).toBe(end)
      }, PATIENCE)
    },
  }
}
const deck = async (faults: Fault[] = []) => {
  const world = await startDeck(faults)
  cleanups.push(world.close)
  return world
}

describe('the actor', () => {
  it('writes what it is about to do, does it once, and writes what came of it', async () => {
    const world = await deck()
    const actor = act(world.url)
    await actor.tell([aRunning(ID)], [aStop(ID), aStop(ID, { eventId: 'again' })])
    expect(actor.states()).toEqual(['intended', 'done'])
    expect(world.requests).toEqual([`job-${ID}`])
    expect(world.calls[0]).toMatchObject({
      ...{ method: 'POST', path: `/abort?prowjob=job-${ID}` },
      headers: { authorization: 'Bearer t' },
    })
    expect(actor.acts[1]).toMatchObject({ kind: 'prow-abort', decision: `stop/${ID}`, tries: 1 })
  })

  it('sends nothing in a dry run, and says what it would have done', async () => {
    const world = await deck()
    const actor = act(world.url, { isDry: true })
    await actor.tell([aRunning(ID)], [aStop(ID)])
    expect(actor.states()).toEqual(['dryRun'])
    expect(world.calls).toEqual([])
  })

  it('does and writes nothing of jobs that have not asked for it', async () => {
    const world = await deck()
    const actor = act(world.url)
    await actor.tell(
      [withPolicy('stop'), aRunning('x', { labels: {} })],
      [aStop(ID), aStop('x'), aStop('unknown')],
    )
    expect(actor.acts).toEqual([])
    expect(world.calls).toEqual([])
  })

  it('stops where the kill switch is thrown, between one act and the next', async () => {
    const world = await deck()
    const [first = '', second = ''] = runIds(2)
    const actor = act(world.url, {}, () => world.requests.length > 0)
    await actor.tell([aRunning(first), aRunning(second)], [aStop(first), aStop(second)])
    expect(actor.states()).toEqual(['intended', 'done', 'refused'])
    expect(world.requests).toEqual([`job-${first}`])
  })

  it('keeps to the budget of an hour', async () => {
    const world = await deck()
    const ids = runIds(5)
    const actor = act(world.url, { limits: { ...LIMITS, perHour: 2 } })
    await actor.tell(
      ids.map((id) => aRunning(id)),
      ids.map((id) => aStop(id)),
    )
    expect(world.requests).toHaveLength(2)
    expect(actor.acts.filter(({ state }) => state === 'refused')).toHaveLength(3)
  })

  it('asks how the run is where no answer came, before it tries again', async () => {
    const world = await deck([{ fault: 'late' }])
    const actor = act(world.url)
    await actor.tell([aRunning(ID)], [aStop(ID)])
    expect(world.requests).toEqual([`job-${ID}`]) // it was done, and not said
    expect(actor.states()).toEqual(['intended', 'done'])
    expect(actor.acts[1]?.reason).toBe('the source says that it is stopped')
  })

  /** An actor whose log gives all decisions one place, as one of many partitions does those of one time. */
  const actor = (address: string, ids: readonly string[], more: Partial<ActorDeps>) => {
    const pipeline = createTestPipeline()
    pipeline.publish([
      published('ci.measures.v1', stopsOf(200, 0)),
      ...ids.map((id) => published('ci.runs.v1', aRunning(id))),
      ...ids.map((id) => published('ci.decisions.v1', aStop(id))),
    ])
    const rows = ids.map((id) => ({ ...published('ci.decisions.v1', aStop(id)), offset: NOON }))
    const log = {
      *read<T extends TopicName>(_: T, from = 0) {
        for (const row of rows) if (row.offset >= from) yield row as unknown as LogRecord<T>
      },
      endOffset: () => NOON + 1,
    }
    const cursors = [NOON]
    const ended = new AbortController()
    const acting = actingOn(address)
    cleanups.push(acting.close)
    const deps: ActorDeps = {
      ...{ log, clock: { now: () => NOON + 1_000 }, views: pipeline.views },
      ...{ isSwitchedOff: () => false, onCommit: pipeline.deps.onCommit, readActs: () => [] },
      loadCursor: () => cursors.at(-1),
      saveCursor: (_name, offset) => {
        cursors.push(offset)
        if (offset > NOON) ended.abort()
      },
      offer: () => undefined,
      ...more,
    }
    return { cursors, run: () => runActor(acting, deps, ended.signal) }
  }

  it('does nothing where its intention is refused, since others act then, and goes on at the same time', async () => {
    const world = await deck()
    const replaced = () => Promise.reject(new Error('another has taken over'))
    const { run, cursors } = actor(world.url, [ID], { offer: replaced })
    await expect(run()).rejects.toThrow('another has taken over')
    expect(world.calls).toEqual([])
    expect(cursors.at(-1)).toBe(NOON)
  })

  it.each([
    ['the kill switch was thrown', 'acting was switched off', ['intended', 'failed'], []],
    ['it took long', 'the source has taken it', ['intended', 'intended', 'done'], [`job-${ID}`]],
  ])(
    'asks everything again where %s while its intention was written',
    async (what, reason, states, requests) => {
      const world = await deck()
      let [isOff, now] = [false, NOON + 1_000]
      const acts: Act[] = []
      const { run } = actor(world.url, [ID], {
        clock: { now: () => now },
        isSwitchedOff: () => isOff,
        offer: (one) => {
          acts.push(one)
          if (what === 'it took long' && acts.length === 1) now += 6_000
          isOff = what !== 'it took long'
          return Promise.resolve()
        },
      })
      await run()
      expect(acts.map(({ state }) => state)).toEqual(states)
      expect(acts.at(-1)?.reason).toBe(reason)
      expect(world.requests).toEqual(requests)
      expect(world.calls[0]?.method).toBe('GET')
    },
  )

  it('leaves what was settled before, also a refusal, of decisions of one time', async () => {
    const world = await deck()
    const ids = runIds(3)
    const [done = '', refused = '', open = ''] = ids
    const more = { kind: 'prow-abort', reason: 'r', precision: null, tries: 1 }
    const before = [
      actOf(aStop(done), 'done', NOON, more),
      actOf(aStop(refused), 'refused', NOON, more),
    ]
    const acts: Act[] = []
    const { run, cursors } = actor(world.url, ids, {
      readActs: () => Promise.resolve(before),
      offer: (act) => {
        acts.push(act)
        return Promise.resolve()
      },
    })
    await run()
    expect(acts.map(({ runId, state }) => [runId, state])).toEqual([
      [open, 'intended'],
      [open, 'done'],
    ])
    expect(world.requests).toEqual([`job-${open}`])
    expect(cursors.at(-1)).toBe(NOON + 1)
  })

  it('looks at a run only where the read models hold what was decided of it', async () => {
    const world = await deck()
    const waited: number[] = []
    const behind = createTestPipeline()
    const { run } = actor(world.url, [ID], {
      views: behind.views,
      viewsReach: (at) => {
        waited.push(at)
        behind.publish([
          published('ci.measures.v1', stopsOf(200, 0)),
          published('ci.runs.v1', aRunning(ID)),
          published('ci.decisions.v1', aStop(ID)),
        ])
        return Promise.resolve()
      },
    })
    await run()
    expect(waited).toEqual([NOON])
    expect(world.requests).toEqual([`job-${ID}`])
  })

  describe('that finds what it was about to do when it was ended', () => {
    const intended = (more: Partial<Act> = {}) =>
      published('ci.acts.v1', {
        ...actOf(aStop(ID), 'intended', NOON, {
          ...{ kind: 'prow-abort', reason: 'about to be stopped', precision: 0.98, tries: 1 },
        }),
        ...more,
      })
    const known = (run: Partial<Run> = {}, stop: Partial<Decision> = {}) => [
      published('ci.measures.v1', stopsOf(200, 0)),
      published('ci.runs.v1', aRunning(ID, run)),
      published('ci.decisions.v1', aStop(ID, stop)),
    ]
    const states = async (before: readonly Keyed[], more: Partial<Acting> = {}) => {
      const world = await deck()
      const actor = act(world.url, more, () => false, before)
      await vi.waitFor(() => {
        expect(actor.acts.length).toBeGreaterThan(0)
        expect(actor.states().at(-1)).not.toBe('intended')
      }, PATIENCE)
      return { states: actor.states(), reason: actor.acts.at(-1)?.reason, world }
    }
    it('does it where all of it holds still', async () => {
      const { states: said, world } = await states([...known(), intended()])
      expect(said).toEqual(['intended', 'done'])
      expect(world.requests).toEqual([`job-${ID}`])
    })
    it.each([
      ['acting is dry', known(), { isDry: true }, 'acting is dry now'],
      [
        'the advice was taken back',
        [...known(), published('ci.decisions.v1', aStop(ID, { eventId: 'back', level: 'watch' }))],
        {},
        'only a stop is acted on',
      ],
      [
        'it lay for hours',
        known({}, { observedAt: NOON - 3_600_000 }),
        {},
        'the decision is too old',
      ],
      [
        'a protected step runs now',
        known({ step: 'gather', labels: { policy: 'act protect=gather', prowjob: `job-${ID}` } }),
        {},
        'the protected step gather runs',
      ],
      ['the run is over', known({ phase: 'finished' }), {}, 'the run does not run'],
      [
        'too few runs are stopped rightly',
        [...known(), published('ci.measures.v1', stopsOf(60, 40))],
        {},
        expect.stringMatching(/^stops were right in/) as string,
      ],
    ] as [string, readonly Keyed[], Partial<Acting>, string][])(
      'does nothing more where %s',
      async (_, before, more, reason) => {
        const found = await states([...before, intended()], more)
        expect([found.states, found.reason]).toEqual([['failed'], reason])
        expect(found.world.requests).toEqual([])
      },
    )
  })

  it('tries no more where the advice is taken back between two tries', async () => {
    const world = await deck([{ status: 503 }, { status: 503 }])
    const actor = act(world.url, { retryMs: 200 })
    actor.publish([
      published('ci.measures.v1', stopsOf(200, 0)),
      published('ci.runs.v1', aRunning(ID)),
      published('ci.decisions.v1', aStop(ID)),
    ])
    await vi.waitFor(() => {
      expect(world.calls).toHaveLength(1)
    }, PATIENCE)
    const back = aStop(ID, { eventId: 'back', level: 'watch', observedAt: NOON + 500 })
    actor.publish([published('ci.decisions.v1', back)])
    await vi.waitFor(() => {
      expect(actor.states()).toEqual(['intended', 'failed'])
    }, PATIENCE)
    expect(world.effects.size).toBe(0)
  })

  it('cancels no workflow run with a job that has not asked for it', async () => {
    const world = await startHttpWorld(({ method }) =>
      method === 'GET'
        ? { status: 200, body: { status: 'in_progress', run_attempt: 1 } }
        : { status: 202, body: {} },
    )
    const http = createHttpClient()
    cleanups.push(world.close, http.close)
    const target = githubCancel({ source: 'prow', address: world.url, token: 't' }, { http })
    const actor = act(world.url, { targets: [target] })
    const [first = '', second = ''] = runIds(2)
    const other = (group: string, job: string, policy: string) =>
      aRunning(`${group}-${job}`, { group, job, phase: 'queued', labels: { policy } })
    await actor.tell(
      [
        ...[aRunning(first, { group: '7' }), aRunning(second, { group: '8' })],
        ...[other('7', 'deploy', 'stop'), other('9', 'deploy', 'stop')],
      ],
      [aStop(first), aStop(second)],
    )
    expect(actor.acts.map(({ runId, state, reason }) => [runId, state, reason])).toEqual([
      [first, 'refused', 'deploy would end with it: the job has not asked for it'],
      [second, 'intended', 'about to be stopped'],
      [second, 'done', 'the source has taken it'],
    ])
    expect(world.calls.filter(({ method }) => method === 'POST').map(({ path }) => path)).toEqual([
      '/repos/o/r/actions/runs/8/cancel',
    ])
  })

  it('gives up where the source refuses, or never answers', async () => {
    const refusing = await deck([{ status: 403 }])
    const actor = act(refusing.url)
    await actor.tell([aRunning(ID)], [aStop(ID)])
    expect(actor.states()).toEqual(['intended', 'failed'])
    const failing = await deck(Array.from({ length: 60 }, () => ({ status: 503 })))
    const other = act(failing.url)
    await other.tell([aRunning(ID)], [aStop(ID)])
    expect(other.states()).toEqual(['intended', 'failed'])
    expect(failing.effects.size).toBe(0)
  })

  it('refuses a run whose name at its source is not known', async () => {
    const world = await deck()
    const actor = act(world.url)
    await actor.tell([aRunning(ID, { labels: { policy: 'act stop' } })], [aStop(ID)])
    expect(actor.acts).toMatchObject([
      { state: 'refused', reason: 'the name of the ProwJob is not known' },
    ])
    expect(world.calls).toEqual([])
  })
})

describe('the ways to stop a run', () => {
  it('read the state of a ProwJob from its YAML, not from its spec', () => {
    expect(
      stateIn('spec:\n  state: success\nstatus:\n  description: x\n  state: "pending"\n'),
    ).toBe('pending')
    expect(stateIn('spec: {}\n')).toBeUndefined()
  })
  it('cancel a workflow run by its number where it runs, and take 409 for over', async () => {
    const answers = [202, 409]
    let said: object = { status: 'in_progress', run_attempt: 1 }
    const world = await startHttpWorld(({ method }) =>
      method === 'GET' ? { status: 200, body: said } : { status: answers.shift() ?? 500, body: {} },
    )
    const http = createHttpClient()
    cleanups.push(world.close, http.close)
    const target = githubCancel({ source: 'github', address: world.url, token: 't' }, { http })
    const run = aRunning(ID, { source: 'github', group: '77' })
    const { signal } = new AbortController()
    expect(await target.stop(run, signal)).toEqual({ kind: 'done' })
    expect(world.calls.map(({ path }) => path)).toEqual([
      '/repos/o/r/actions/runs/77',
      '/repos/o/r/actions/runs/77/cancel',
    ])
    expect(await target.stop(run, signal)).toMatchObject({ kind: 'moot' })
    said = { status: 'completed', conclusion: 'cancelled' }
    expect(await target.stateOf(run, signal)).toBe('stopped')
    // Somebody has run it again: what would be cancelled is another attempt.
    said = { status: 'in_progress', run_attempt: 2 }
    expect(await target.stateOf(run, signal)).toBe('over')
    expect(await target.stop(run, signal)).toMatchObject({ kind: 'moot' })
    said = { odd: true }
    expect(await target.stop(run, signal)).toMatchObject({ kind: 'again' })
    expect(world.calls.filter(({ method }) => method === 'POST')).toHaveLength(2)
    expect(target.missing(aRunning(ID, { group: '../1' }))).toMatch(/not known/)
    expect(target.missing(aRunning(ID, { group: '1', repo: 'o/r/../x' }))).toMatch(/not known/)
  })
})

describe('the section acting', () => {
  const read = (given: unknown) => {
    const problems: string[] = []
    const ports = { env: () => 'secret', file: () => '' }
    const http = createHttpClient()
    cleanups.push(http.close)
    return { acting: readActing(given, { where: '', ports, problems }, { http }), problems }
  }
  const target = { kind: 'prow', source: 'prow', address: 'https://deck.test', token: { env: 'T' } }
  it('is off where nothing is said, and dry where only that it is on', () => {
    expect(read(undefined)).toEqual({ acting: null, problems: [] })
    expect(read({ targets: [target] }).acting).toBeNull()
    expect(read({ on: true, targets: [target] }).acting).toMatchObject({ isDry: true })
    expect(read({ on: true, dry_run: false, targets: [target] }).acting?.isDry).toBe(false)
  })
  it.each([
    [{ on: 'yes' }, 'acting.on takes true or false'],
    [{ on: 1, targets: [target] }, 'acting.on takes true or false'],
    [{ on: true, dry_run: 'false', targets: [target] }, 'acting.dry_run takes true or false'],
    [{ on: true }, 'acting.targets is missing: nothing can be stopped'],
    [
      { on: true, precision: 0.2, targets: [target] },
      'acting.precision takes a number from 0.5 to 1 (ratio)',
    ],
    [
      { on: true, keep_share: 0, targets: [target] },
      'acting.keep_share takes a number from 0.01 to 1 (ratio)',
    ],
    [{ targets: [{ kind: 'jenkins' }] }, 'acting.targets[0].kind takes one of prow, github'],
    [{ targets: [{ ...target, source: null }] }, 'acting.targets[0].source is missing'],
  ])('refuses %j', (given, problem) => {
    expect(read(given).problems).toContain(problem)
  })
})
