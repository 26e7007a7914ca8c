/** One run through the whole topology, with no broker: what is said of it on which topic, and when. */

import { describe, expect, it } from 'vitest'
import { TOPOLOGY } from '../../processors/topology.ts'
import type { RunEvent } from '../../schemas/events.ts'
import { jobKey, runName } from '../../schemas/keys.ts'
import { TOPIC_NAMES, TOPICS } from '../../schemas/topics.ts'
import { aFact, aRun, DAY, HOUR, MINUTE, MONDAY } from '../support/facts.ts'
import { topologyDriver, type TopologyDriver } from '../support/topology-driver.ts'

const pass = (id: string, start: number): RunEvent[] => {
  const run = aRun({ runId: id })
  const end = start + 10 * MINUTE
  return [
    aFact(run, 'started', start),
    aFact(run, 'finished', end, { startedAt: start, outcome: 'success' }),
  ]
}
/** A driver that has seen ten passes of ten minutes, one an hour. */
const seasoned = (): TopologyDriver => {
  const driver = topologyDriver()
  for (let hour = 0; hour < 10; hour += 1)
    for (const fact of pass(`past-${hour}`, MONDAY + hour * HOUR))
      driver.pipe('ci.run-events.v1', fact)
  return driver.advance(MONDAY + 10 * HOUR)
}
const START = MONDAY + 12 * HOUR
const run = aRun({ runId: 'now' })
const started = aFact(run, 'started', START)
const failed = aFact(run, 'finished', START + HOUR, { startedAt: START, outcome: 'failure' })

describe('a run of a job with history', () => {
  it('is forecast when it starts, again while it goes on, and scored when it ends', () => {
    const driver = seasoned().pipe('ci.run-events.v1', started).advance(START)
    const ofRun = <T extends { runId: string }>(records: readonly T[]): T[] =>
      records.filter(({ runId }) => runId === 'now')
    const [first] = ofRun(driver.read('ci.forecasts.v1'))
    expect(first).toMatchObject({ elapsedSeconds: 0, cause: 'started', observedAt: START })
    expect(first?.pFail).toBeLessThan(0.3)
    expect(first?.remainingSeconds).toBeGreaterThan(500)
    expect(ofRun(driver.read('ci.decisions.v1'))).toHaveLength(1)

    driver.advance(START + 40 * MINUTE)
    const later = ofRun(driver.read('ci.forecasts.v1'))
    expect(later.length).toBeGreaterThan(2)
    // It is four times as old as any pass ever was.
    expect(later.at(-1)?.pFail).toBeGreaterThan(first?.pFail ?? 1)
    expect(ofRun(driver.read('ci.scores.v1'))).toEqual([])

    driver.pipe('ci.run-events.v1', failed).advance(START + HOUR)
    const [score] = ofRun(driver.read('ci.scores.v1'))
    expect(score).toMatchObject({ outcome: 'failure', failed: true, durationSeconds: 3600 })
    expect(score?.checkpoints.map(({ at }) => at)).toEqual([0, 0.25, 0.5, 0.75, 1, 1.25])
    driver.close()
  })

  it('leaves state while it runs and for 14 days after, and none for ever', () => {
    const driver = seasoned().pipe('ci.run-events.v1', started).advance(START)
    const cell = `run/${runName(run)}`
    expect(driver.state('stopping', jobKey(run), cell)).toMatchObject({ startedAt: START })
    driver.pipe('ci.run-events.v1', failed).advance(START + HOUR)
    expect(driver.state('stopping', jobKey(run), cell)).toBeUndefined()
    expect(driver.state('runs', jobKey(run), cell)).toMatchObject({ outcome: 'failure' })
    driver.advance(START + HOUR + 14 * DAY)
    expect(driver.state('runs', jobKey(run), cell)).toBeUndefined()
    driver.close()
  })

  it('goes on after a restart as if there had been none', () => {
    const whole = seasoned()
      .pipe('ci.run-events.v1', started)
      .advance(START + 20 * MINUTE)
    const parts = seasoned().restart().pipe('ci.run-events.v1', started).advance(START).restart()
    parts.advance(START + 20 * MINUTE)
    expect(parts.dump()).toEqual(whole.dump())
    whole.close()
    parts.close()
  })
})

describe('a run of a job that nobody has seen', () => {
  it('is abstained from with its reason', () => {
    const driver = topologyDriver().pipe('ci.run-events.v1', started).advance(START)
    expect(driver.read('ci.decisions.v1')).toMatchObject([
      { level: 'abstain', reason: 'too few finished runs of this job, and of jobs like it' },
    ])
    driver.close()
  })
})

describe('the driver', () => {
  it('refuses a record that comes after its time is over', () => {
    const driver = topologyDriver().advance(START)
    expect(() => driver.pipe('ci.run-events.v1', started).advance(START + 1)).toThrow(/is over/)
    driver.close()
  })
  it('lets no record through that its schema cannot hold', () => {
    const driver = topologyDriver()
    const bad = { ...started, attempt: 1.5 }
    expect(() => driver.pipe('ci.run-events.v1', bad)).toThrow(/run-event.attempt/)
    driver.close()
  })
})

describe('the topology', () => {
  it('lists each processor after those it reads, but for what it holds as a table', () => {
    const written = new Set<string>()
    for (const { name, inputs, outputs } of TOPOLOGY) {
      for (const topic of inputs) {
        const writers = TOPOLOGY.filter((each) => each.outputs.includes(topic))
        if (writers.length > 0) expect(written, `${name} reads ${topic}`).toContain(topic)
      }
      for (const topic of outputs) written.add(topic)
    }
  })
  it('names each processor once, and only topics of the table', () => {
    const names = TOPOLOGY.map(({ name }) => name)
    expect(new Set(names).size).toBe(names.length)
    for (const { inputs, outputs, broadcasts = [] } of TOPOLOGY)
      for (const topic of [...inputs, ...outputs, ...broadcasts])
        expect(TOPIC_NAMES).toContain(topic)
    for (const { broadcasts = [] } of TOPOLOGY)
      for (const topic of broadcasts) expect(TOPICS[topic].cleanup).toBe('compact')
  })
})
