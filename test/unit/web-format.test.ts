import { describe, expect, it } from 'vitest'
import {
  axisDuration,
  axisInstant,
  bytes,
  count,
  dateTime,
  duration,
  figure,
  hours,
  percent,
  range,
  shortId,
} from '../../api/web/lib/format.ts'

const THIN = '\u202f'

describe('numbers on the page', () => {
  it.each([
    [42, '42s'],
    [3.21, '3.2s'],
    [0, '0s'],
    [59.7, '1m 00s'],
    [725, '12m 05s'],
    [5093, '1h 24m'],
    [86_399, '23h 59m'],
    [273_600, '3d 04h'],
    [-725, '−12m 05s'],
    [null, '—'],
    [Infinity, '—'],
  ])('writes %s seconds as %s', (seconds, text) => {
    expect(duration(seconds)).toBe(text)
  })

  it.each([
    [0.857, '86'],
    [0.0123, '1.2'],
    [0.0055, '0.55'],
    [0, '0'],
    [1, '100'],
    [0.9962, '99.6'],
    [0.99996, '100'],
    [-0.04, '−4.0'],
  ])('writes the ratio %s as %s per cent', (ratio, text) => {
    expect(percent(ratio)).toBe(`${text}${THIN}%`)
  })

  it('never writes a likely failure as a certain one', () => {
    expect(percent(0.9949)).toBe(`99.5${THIN}%`)
  })

  it('writes hours with as many digits as they bear', () => {
    expect(hours(255_240)).toBe(`70.9${THIN}h`)
    expect(hours(-255_240)).toBe(`−70.9${THIN}h`)
    expect(hours(36)).toBe(`0.01${THIN}h`)
    expect(hours(0)).toBe(`0${THIN}h`)
    expect(hours(-1)).toBe(`0.00${THIN}h`)
    expect(hours(5_000_000)).toBe(`1,389${THIN}h`)
  })

  it('writes the unit of an interval once, and a dash where an end is missing', () => {
    expect(range(0.72, 0.93, percent)).toBe(`72–93${THIN}%`)
    expect(range(60, 725, duration)).toBe('1m 00s–12m 05s')
    expect(range(null, 0.93, percent)).toBe('—')
  })

  it('writes counts, figures and bytes', () => {
    expect(count(1_234_567)).toBe('1,234,567')
    expect(count(null)).toBe('—')
    expect(figure(-0.012345)).toBe('−0.0123')
    expect(bytes(512)).toBe(`512${THIN}B`)
    expect(bytes(1536)).toBe(`1.5${THIN}kB`)
    expect(bytes(5e9)).toBe(`5.0${THIN}GB`)
  })

  it('leaves out what an axis or a narrow row has no room for', () => {
    expect([0, 600, 5400, 3600, 172_800].map(axisDuration)).toEqual([
      '0',
      '10m',
      '1h 30m',
      '1h',
      '2d',
    ])
    const noon = new Date(2026, 2, 2, 12).getTime() / 1000
    expect(axisInstant(noon, 3600)).toBe('12:00')
    expect(axisInstant(noon, 86_400)).toBe('03-02')
    expect(axisInstant(noon - 43_200, 3600)).toBe('03-02')
    expect(shortId('179556139209350')).toBe('1795…209350')
    expect(shortId('17/a')).toBe('17/a')
  })

  it('writes an instant in local time', () => {
    const at = new Date(2026, 2, 2, 14, 5).getTime()
    expect(dateTime(at)).toBe('2026-03-02 14:05')
    expect(dateTime(null)).toBe('—')
  })
})
