import { describe, expect, it } from 'vitest'
import { EmbeddedLog } from '../../runtime/embedded/log.ts'
import { EmbeddedStore } from '../../runtime/embedded/store.ts'
import { EmbeddedViews } from '../../runtime/embedded/views.ts'
import type { Keyed } from '../../runtime/ports.ts'
import { key, runKey } from '../../schemas/keys.ts'
import { TOPICS } from '../../schemas/topics.ts'
import { viewOf } from '../../schemas/views.ts'
import { toViews } from '../../sinks/views/to-views.ts'
import { published } from '../support/api-deps.ts'
import { MemoryViews } from '../support/memory-views.ts'
import {
  NOON,
  REF,
  sampleDecision,
  sampleForecast,
  sampleIncident,
  sampleKpi,
  sampleMeasure,
  sampleProfile,
  sampleRun,
  sampleScore,
} from '../support/sample-records.ts'
import { sampleTestSheet } from '../support/sample-tests.ts'

const openViews = () => {
  const store = new EmbeddedStore(':memory:')
  const log = new EmbeddedLog(store)
  const views = new EmbeddedViews(store, log, toViews)
  const publish = (records: readonly Keyed[]): void => {
    store.transaction(() => {
      views.publish(log.append(records))
    })
  }
  return { store, log, views, publish }
}

const { dimension, subject, window } = sampleKpi()
const TRAJECTORY = viewOf('trajectory', runKey(REF))
const HISTORY = viewOf('kpi-history', key(dimension, subject, window))
const LISTED = ['runs', 'running', 'scores', 'kpis', 'profiles', 'measures', 'incidents']

const kpiAt = (at: number) =>
  published('ci.kpi-history.v1', sampleKpi({ eventAt: at, observedAt: at }))
const SAID = [
  published('ci.runs.v1', sampleRun()),
  published('ci.forecasts.v1', sampleForecast()),
  published('ci.forecasts.v1', sampleForecast({ eventId: 'f2', observedAt: NOON + 9, pFail: 0.7 })),
  published('ci.decisions.v1', sampleDecision()),
  published('ci.scores.v1', sampleScore()),
  published('ci.job-profiles.v1', sampleProfile()),
  published('ci.kpis.v1', sampleKpi()),
  published('ci.measures.v1', sampleMeasure()),
  published('ci.incidents.v1', sampleIncident()),
  ...Array.from({ length: 400 }, (_, pane) => kpiAt(NOON + pane)),
]

/** Everything a store answers, its texts parsed. */
const answers = (views: EmbeddedViews | MemoryViews) =>
  [...LISTED, TRAJECTORY, HISTORY].map((view) => {
    const rows = views.list(view, { limit: 500 })
    return {
      view,
      count: views.count(view),
      rows: rows.map((row) => ({ ...row, json: JSON.parse(row.json) as unknown })),
      values: rows.map((row) => JSON.parse(views.get(view, row.key) ?? 'null') as unknown),
    }
  })

describe('the embedded views', () => {
  it('hold rows that are not listed and whose records the log holds, until these are deleted', () => {
    const { views, publish } = openViews()
    const sheet = sampleTestSheet()
    const told = published('ci.test-sheets.v1', sheet)
    publish([told])
    expect(JSON.parse(views.get('test-sheets', told.key) ?? 'null')).toEqual(sheet)
    publish([{ ...told, at: told.at + 1, record: null }])
    expect(views.get('test-sheets', told.key)).toBeUndefined()
  })

  it('make values of the log that are those a store of values holds', () => {
    const { views, publish, store } = openViews()
    const memory = new MemoryViews()
    for (const record of SAID) {
      publish([record])
      memory.write(toViews(record))
    }
    expect(answers(views)).toEqual(answers(memory))
    store.close()
  })

  it('hold one record once: a value of a compacted topic and a point of a history lie in the log', () => {
    const { store, publish } = openViews()
    publish(SAID)
    const stored = store.db
      .prepare(`SELECT view FROM views WHERE value IS NOT NULL ORDER BY 1`)
      .all()
    expect([...new Set(stored.map(({ view }) => String(view).split('/')[0]))]).toEqual([
      ...['decisions', 'forecasts', 'job-runs', 'jobs', 'running', 'runs', 'scores'],
    ])
    store.close()
  })

  it('page through a history over many segments without gap or repeat', () => {
    const { log, views, publish, store } = openViews()
    publish(SAID)
    const segments = store.db.prepare(`SELECT count(*) n FROM segments WHERE topic = ?`)
    expect(segments.get('ci.kpi-history.v1')?.['n']).toBeGreaterThan(1)
    expect([...log.read('ci.kpi-history.v1')].map(({ offset }) => offset)).toEqual(
      Array.from({ length: 400 }, (_, offset) => offset),
    )
    const first = views.list(HISTORY, { limit: 150 })
    const last = first.at(-1)
    const rest = views.list(HISTORY, { limit: 300, after: last ?? { sort: 0, key: '' } })
    expect([...first, ...rest].map(({ sort }) => sort)).toEqual(
      Array.from({ length: 400 }, (_, pane) => NOON + 399 - pane),
    )
    store.close()
  })

  it('no longer list what the log has dropped, and then forget it', () => {
    const { log, views, publish, store } = openViews()
    publish([kpiAt(NOON), kpiAt(NOON + 1)])
    publish([kpiAt(NOON + 2)])
    log.retain(NOON + 2 + (TOPICS['ci.kpi-history.v1'].retentionMs ?? 0))
    expect(views.list(HISTORY, { limit: 9 }).map(({ sort }) => sort)).toEqual([NOON + 2])
    expect(views.count(HISTORY)).toBe(1)
    expect(views.get(HISTORY, String(NOON))).toBeUndefined()
    const rows = (): unknown => store.db.prepare('SELECT count(*) n FROM history').get()?.['n']
    expect(rows()).toBe(3)
    views.expire(0)
    expect(rows()).toBe(1)
    store.close()
  })

  it('keep rows of compacted topics, however long nothing was said of them', () => {
    const { views, publish, store } = openViews()
    const at = NOON - 200 * 86_400_000
    const alert = sampleIncident({ observedAt: at })
    publish([
      published('ci.incidents.v1', alert),
      published('ci.runs.v1', sampleRun({ observedAt: at })),
    ])
    expect(views.get('runs', runKey(REF))).toBeDefined()
    views.expire(NOON - 90 * 86_400_000)
    expect(JSON.parse(views.get('incidents', alert.incident) ?? 'null')).toEqual(alert)
    expect(views.get('runs', runKey(REF))).toBeUndefined()
    store.close()
  })
})
