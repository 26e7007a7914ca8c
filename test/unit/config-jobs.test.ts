import { describe, expect, it } from 'vitest'
import { readConfig } from '../../producers/config/config.ts'
import { fitsGlob } from '../../schemas/glob.ts'
import { createHeardBefore } from '../../producers/polling/heard-before.ts'
import { offersOf } from '../../producers/polling/offers.ts'
import { runFact } from '../../producers/payload/facts.ts'
import { turnOf } from '../../producers/payload/turn.ts'
import { policyOf } from '../../schemas/policy.ts'
import type { RunEvent } from '../../schemas/events.ts'

const ports = { env: () => undefined, file: () => '' }
const read = (jobs: unknown) => readConfig({ sources: [{ kind: 'prow' }], jobs }, ports, 'c.yaml')
const policies = (jobs: unknown) => {
  const found = read(jobs).sources[0]?.startLabels
  if (found === undefined) throw new Error('no source')
  return (job: string, repo = 'o/r') => found({ source: 'prow', repo, job })?.['policy'] ?? null
}

describe('policies of jobs', () => {
  it('are those of the first item that fits, and none where none does', () => {
    const policy = policies([
      { match: ['*-upgrade-*', 'exact'], policy: 'watch' },
      { match: ['*'], repo: 'o/*', floor: 0.97, protect: ['gather*', 'deprovision'] },
      { match: ['*'], source: 'github', policy: 'off' },
    ])
    expect(policy('e2e-upgrade-aws')).toBe('watch')
    expect(policy('exact')).toBe('watch')
    expect(policy('unit')).toBe('floor=0.97 protect=gather*,deprovision stop')
    expect(policy('unit', 'p/r')).toBeNull()
    expect(policy('unit', 'p/r')).toBeNull()
  })

  it('are understood by whoever decides', () => {
    const policy = policies([
      { match: ['a'], floor: 0.97, sure: 0.8, protect: ['gather*'], fail_fast: true, act: true },
    ])
    const text = policy('a') ?? ''
    expect(text).toBe('fail-fast act floor=0.97 sure=0.8 protect=gather* stop')
    expect(policyOf({ policy: text })).toMatchObject({
      most: 'stop',
      floor: 0.97,
      sure: 0.8,
      isActedOn: true,
      protectedSteps: ['gather*'],
    })
  })

  it('are put on what is heard of the start of a run, and on nothing else', () => {
    const [source] = read([{ match: ['*'], policy: 'advise' }]).sources
    const run = { source: 'prow', repo: 'o/r', job: 'unit', runId: '1', attempt: 1 }
    const told = { eventAt: 5, observedAt: 5 }
    const labels = { cluster: 'b1' }
    const kinds = ['queued', 'started', 'stepStarted', 'finished'] as const
    const facts = kinds.map((kind) => runFact(run, kind, told, { labels }))
    const startLabels = source?.startLabels ?? (() => null)
    const offers = offersOf('prow', turnOf({ facts }), 9, createHeardBefore(), startLabels)
    expect(offers.map(({ record }) => (record as RunEvent).labels)).toEqual([
      { cluster: 'b1', policy: 'advise' },
      { cluster: 'b1', policy: 'advise' },
      labels,
      labels,
    ])
  })

  it('stand beside a mark where telemetry tells of the runs of the source', () => {
    const sources = [{ kind: 'prow' }, { kind: 'github', repos: ['o/r'] }, { kind: 'prometheus' }]
    const config = readConfig({ sources, jobs: [{ match: ['a'] }] }, ports, 'c.yaml')
    const labels = (source: string, job: string) =>
      config.sources[0]?.startLabels({ source, repo: 'o/r', job }) ?? null
    expect(labels('prow', 'a')).toEqual({ policy: 'stop', telemetry: 'on' })
    expect(labels('prow', 'b')).toEqual({ telemetry: 'on' })
    expect(labels('github', 'a')).toEqual({ policy: 'stop' })
    expect(labels('github', 'b')).toBeNull()
  })

  it('are refused where they are wrong, each with its place', () => {
    expect(() =>
      read([
        { match: [], policy: 'kill' },
        { match: ['a'], floor: 2, protect: ['two words'], colour: 'red' },
        'x',
      ]),
    ).toThrow(
      /jobs\[0\]\.match takes at least 1[\s\S]*jobs\[0\]\.policy does not[\s\S]*jobs\[1\]\.colour is not known[\s\S]*jobs\[1\]\.floor takes a number from 0 to 1[\s\S]*jobs\[1\]\.protect holds 'two words'[\s\S]*jobs\[2\] takes a table/,
    )
    expect(() => read({ a: 1 })).toThrow('jobs takes a list')
  })
})

describe('a pattern with stars', () => {
  it.each([
    ['a', 'a', true],
    ['a', 'ab', false],
    ['*', '', true],
    ['a*', 'abc', true],
    ['*c', 'abc', true],
    ['a*c', 'ac', true],
    ['a*a', 'a', false],
    ['a*b*c', 'axbxc', true],
    ['a*b*c', 'axcxb', false],
    ['*b*b*', 'ab', false],
    ['.*', 'abc', false],
  ])('%s against %s: %s', (pattern, text, fits) => {
    expect(fitsGlob(pattern, text)).toBe(fits)
  })
  it('takes no time to speak of where a regular expression would', () => {
    expect(fitsGlob(`${'a*'.repeat(500)}b`, 'a'.repeat(1000))).toBe(false)
  })
})
