import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { changed, heardWithin, type Course } from '../../processors/sources/course.ts'
import { SOURCE_KPIS } from '../../processors/sources/kpis.ts'
import { sourceKpis } from '../../processors/sources/source-kpis.ts'
import type { SourceState } from '../../schemas/events.ts'
import { drive } from '../support/drive-one.ts'
import { HOUR, MINUTE, MONDAY } from '../support/facts.ts'

const state = (minute: number, condition: SourceState['state']): SourceState => {
  const at = MONDAY + minute * MINUTE
  return {
    ...{ eventId: `prow/${minute}/${condition}`, eventAt: at, observedAt: at, source: 'prow' },
    ...{ state: condition, reason: condition === 'heard' ? null : 'unreachable', detail: null },
    ...{ heardAt: null, failures: 0, quotaLeft: null },
  }
}
const driven = (...states: readonly SourceState[]) => {
  const one = drive(sourceKpis)
  for (const each of states) one.give('ci.source-states.v1', each)
  const value = (kpi: string, window: string) =>
    one
      .on('ci.kpis.v1')
      .findLast((record) => record.window === window)
      ?.values.find((each) => each.kpi === kpi)
  return { ...one, value }
}

describe('the course of a source', () => {
  it('tells what a window held', () => {
    const changes = [
      { at: 0, isHeard: true },
      { at: 60, isHeard: false },
      { at: 90, isHeard: true },
    ]
    expect(heardWithin({ changes }, 30, 120)).toEqual({ heardMs: 60, knownMs: 90, outages: 1 })
    expect(heardWithin({ changes }, 70, 80)).toEqual({ heardMs: 0, knownMs: 10, outages: 0 })
    expect(heardWithin({ changes }, -50, 30)).toEqual({ heardMs: 30, knownMs: 30, outages: 0 })
    expect(heardWithin({ changes: [] }, 0, 100)).toEqual({ heardMs: 0, knownMs: 0, outages: 0 })
  })

  it('stays bounded, and keeps what held when its window began', () => {
    let course: Course = { changes: [] }
    for (let at = 0; at < 5_000; at += 1)
      course = changed(course, at % 2 === 0 ? 'heard' : 'failing', at, 1e9)
    expect(course.changes).toHaveLength(500)
    course = changed(course, 'heard', 20_000, 1_000)
    expect(course.changes).toEqual([
      { at: 4_999, isHeard: false },
      { at: 20_000, isHeard: true },
    ])
  })
})

describe('KPIs of a source', () => {
  it('are said within ten seconds of a change: how long it was heard, and how often it was not', () => {
    const one = driven(state(0, 'heard'), state(60, 'failing'))
    expect(one.value('source_heard_share', '24h')).toMatchObject({ value: 1, n: 0 })
    one.give('ci.source-states.v1', state(66, 'stale'))
    one.advanceTo(MONDAY + 75 * MINUTE)
    expect(one.value('source_silence', 'now')).toMatchObject({
      value: 15 * 60,
      numerator: MONDAY + 60 * MINUTE,
    })
    one.give('ci.source-states.v1', state(90, 'heard'))
    one.advanceTo(MONDAY + 2 * HOUR)
    expect(one.value('source_heard_share', '24h')).toMatchObject({
      kpi: 'source_heard_share',
      value: 0.75,
      numerator: 90 * 60,
      denominator: 120 * 60,
      low: null,
      high: null,
      n: 1,
    })
    expect(one.value('source_outages', '7d')).toMatchObject({ value: 1 })
    expect(one.value('source_silence', 'now')).toMatchObject({ value: 0 })
  })

  it('leave their window as time goes on', () => {
    const one = driven(state(0, 'heard'), state(60, 'failing'), state(90, 'heard'))
    one.advanceTo(MONDAY + 26 * HOUR)
    expect(one.value('source_outages', '24h')).toMatchObject({ value: 0 })
    expect(one.value('source_heard_share', '24h')).toMatchObject({ value: 1 })
    expect(one.value('source_outages', '7d')).toMatchObject({ value: 1 })
    const hours = one.on('ci.kpi-history.v1').filter(({ window }) => window === '24h')
    expect(hours).toHaveLength(26)
  })

  it('take a record that comes again, or too late, for no news', () => {
    const one = driven(state(0, 'heard'), state(60, 'failing'), state(90, 'heard'))
    const before = one.state()
    for (const again of [state(60, 'failing'), state(90, 'heard')])
      one.give('ci.source-states.v1', { ...again, observedAt: MONDAY + 91 * MINUTE })
    expect(one.state()).toEqual(before)
  })

  it('say nothing where nothing changed, and are documented', () => {
    const one = driven(state(0, 'heard'))
    const before = one.said.length
    one.give('ci.source-states.v1', state(0, 'heard'))
    expect(one.said).toHaveLength(before)
    const page = readFileSync(join(import.meta.dirname, '../../docs/sources.md'), 'utf8')
    const rows = page.split('\n').filter((line) => line.startsWith('| `source_'))
    const cells = rows.map((row) => row.split('|').map((cell) => cell.trim()))
    expect(cells.map(([, name, unit, windows, doc]) => [name, unit, windows, doc])).toEqual(
      SOURCE_KPIS.map(({ name, unit, windows, doc }) => [
        `\`${name}\``,
        unit,
        windows.join(', '),
        doc,
      ]),
    )
  })
})
