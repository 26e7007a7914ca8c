import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'csv-parse/sync'
import { describe, expect, it } from 'vitest'
import { UnexpectedAnswer } from '../../producers/payload/reach.ts'
import type { Turn } from '../../producers/payload/turn.ts'
import {
  newPrometheusCursor,
  pollPrometheus,
  queryOf,
  type PrometheusConfig,
} from '../../producers/prometheus/poll.ts'
import { PROMETHEUS } from '../../producers/prometheus/source.ts'
import type { ClusterState } from '../../schemas/events.ts'
import { serve } from '../support/answers.ts'
import { dataDir } from '../support/data.ts'

const NOW = Date.parse('2026-01-02T12:00:00Z')
const RUNS = 'cluster_installer'
const ALERTS = 'ALERTS{alertstate="firing"}'
const config: PrometheusConfig = {
  source: 'thanos',
  of: 'prow',
  url: 'https://thanos.example/prefix/',
  queries: [ALERTS],
  runs: null,
  labels: { cluster: 'cluster', id: '_id', invoker: 'invoker' },
}
type Labels = Readonly<Record<string, string>>
const vector = (...series: readonly Labels[]) => ({
  status: 'success',
  data: {
    resultType: 'vector',
    result: series.map(({ value = '1', ...metric }) => ({ metric, value: [NOW / 1000, value] })),
  },
})
const pathOf = (query: string) =>
  `/prefix/api/v1/query?${new URLSearchParams({ query }).toString()}`
/** States that a round tells, as `place weight names`. */
const start = (more: Partial<PrometheusConfig> = {}) => {
  const cursor = newPrometheusCursor()
  return async (answers: Readonly<Record<string, unknown>>, now = NOW) => {
    const pages = Object.fromEntries(
      Object.entries(answers).map(([query, page]) => [pathOf(query), page]),
    )
    const turns: Turn[] = []
    const whole = { ...config, ...more }
    for await (const turn of pollPrometheus(serve(pages), cursor, whole, now)) turns.push(turn)
    const records = turns.flatMap(({ others }) =>
      others.map(({ record }) => record as ClusterState),
    )
    return {
      records,
      told: records.map(({ place, weight, troubles }) =>
        [place, weight, ...troubles.map(({ name, count }) => `${name}x${count}`)].join(' '),
      ),
    }
  }
}
const down = { alertname: 'ApiDown', severity: 'critical', cluster: 'build05' }
const slow = { alertname: 'DiskSlow', severity: 'warning', cluster: 'build05' }
const watchdog = { alertname: 'Watchdog', severity: 'none', cluster: 'build05' }

describe('a round of asking Prometheus', () => {
  it('tells the troubles of each cluster when they change, the worst first, and when they are over', async () => {
    const round = start()
    const first = await round({ [ALERTS]: vector(slow, watchdog, down, { ...down, pod: 'b' }) })
    expect(first.told).toEqual(['cluster/build05 1.5 ApiDownx2 DiskSlowx1'])
    expect(first.records[0]).toMatchObject({
      source: 'prow',
      reporter: 'thanos',
      eventAt: NOW,
      troubles: [{ severity: 'critical' }, { severity: 'warning' }],
    })
    expect((await round({ [ALERTS]: vector(down, slow) })).told).toEqual([])
    expect((await round({ [ALERTS]: vector(slow) })).told).toEqual([
      'cluster/build05 0.5 DiskSlowx1',
    ])
    expect((await round({ [ALERTS]: vector(watchdog) })).told).toEqual(['cluster/build05 0'])
    expect((await round({ [ALERTS]: vector() })).told).toEqual([])
  })

  it('joins clusters that were made for a run to it', async () => {
    const round = start({ runs: RUNS, queries: [ALERTS, 'api-down: up == 0'] })
    const answers = {
      [RUNS]: vector({ _id: 'c1', invoker: 'openshift-internal-ci/job-a/1379730553359568896' }),
      [ALERTS]: vector({ alertname: 'Down', _id: 'c1' }, { alertname: 'Down', _id: 'unknown' }),
      'up == 0': vector(
        { _id: 'c1', value: '0' },
        { invoker: 'x/job-b/17', value: 'NaN' },
        { invoker: 'x/job-b/18' },
      ),
    }
    expect((await round(answers)).told).toEqual([
      'run/1379730553359568896 0.25 Downx1',
      'run/18 0.25 api-downx1',
    ])
  })

  it('takes nothing as over where a query fails', async () => {
    const round = start({ queries: [ALERTS, 'other'] })
    await round({ [ALERTS]: vector(down), other: vector() })
    const refused = { status: 'error', errorType: 'bad_data', error: 'parse error' }
    await expect(round({ [ALERTS]: vector(), other: refused })).rejects.toThrow('parse error')
    await expect(round({ [ALERTS]: vector() })).rejects.toThrow(UnexpectedAnswer)
    const matrix = { status: 'success', data: { resultType: 'matrix', result: [] } }
    await expect(round({ [ALERTS]: matrix, other: vector() })).rejects.toThrow('no vector')
    expect((await round({ [ALERTS]: vector(), other: vector() })).told).toEqual([
      'cluster/build05 0',
    ])
  })

  it('is not led astray by labels', async () => {
    const round = start()
    const odd = [
      { alertname: 'A', cluster: '__proto__' },
      { alertname: 'A', cluster: 'constructor' },
      { alertname: 'A', invoker: '../../etc/passwd?x=1' },
      { alertname: 'n'.repeat(5000), cluster: 'c'.repeat(5000) },
    ]
    const { records } = await round({ [ALERTS]: vector(...odd) })
    expect(records.map(({ place }) => place)).toEqual([
      'cluster/__proto__',
      `cluster/${'c'.repeat(200)}`,
      'cluster/constructor',
    ])
    expect(records[1]?.troubles[0]?.name).toHaveLength(200)
    expect((await round({ [ALERTS]: vector(...odd) })).told).toEqual([])
    expect((await round({ [ALERTS]: vector() })).told).toHaveLength(3)
  })

  it('names queries', () => {
    expect(queryOf('api-down: up == 0', 0)).toEqual(['api-down', 'up == 0'])
    expect(queryOf('job:up:rate5m > 0', 1)).toEqual(['query 2', 'job:up:rate5m > 0'])
  })

  it('asks with its token, and tells of the runs of another source', async () => {
    const values = {
      ...{ name: 'thanos', url: 'https://t', of: 'prow', token: 'tok', queries: [], runs: null },
      ...{ cluster_label: 'c', id_label: 'i', run_label: 'r', every: 60_000 },
    }
    const source = PROMETHEUS.open(values)
    expect(source.tellsOf).toBe('prow')
    expect(await source.authorize?.('https://t')).toEqual({ authorization: 'Bearer tok' })
  })
})

const folder = dataDir('ai4ci')

describe.skipIf(folder === null)('the recorded telemetry of ten upgrade runs', () => {
  it('tells for each run when its alerts change', async () => {
    const file = join(folder ?? '', 'telemetry_upgrade-runs_2021-04-07.csv')
    const rows: Record<string, string>[] = parse(readFileSync(file), { columns: true })
    const instants = [...new Set(rows.map(({ timestamp_s }) => Number(timestamp_s)))]
    const round = start({ runs: RUNS })
    const told: string[] = []
    for (const at of instants.sort((a, b) => a - b)) {
      const now = rows.filter(({ timestamp_s }) => Number(timestamp_s) === at)
      const ids = now.map(({ job = '', build_id = '' }) => ({
        _id: `id-${build_id}`,
        invoker: `openshift-internal-ci/${job}/${build_id}`,
      }))
      const alerts = now.flatMap(({ build_id = '', alert_names = '' }) =>
        alert_names
          .split(/[|;]/)
          .filter((name) => name !== '')
          .map((alertname) => ({ alertname, _id: `id-${build_id}` })),
      )
      const answers = { [RUNS]: vector(...ids), [ALERTS]: vector(...alerts) }
      told.push(...(await round(answers, at * 1000)).told)
    }
    const places = new Set(told.map((line) => line.split(' ')[0]))
    expect(places.size).toBe(10)
    expect(told[0]).toBe('run/1379730553359568896 0.25 ClusterOperatorDownx1')
    // Each run tells some changes and not all of its 286 samples.
    expect(told.length).toBeLessThan(rows.length / 2)
  })
})
