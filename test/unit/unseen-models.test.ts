import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it, vi } from 'vitest'
import { askedFrom, askedFromText, askedOfAllText } from '../../cli/backtest/asked-from.ts'
import { createCollector } from '../../cli/backtest/collector.ts'
import { measure } from '../../cli/backtest/measures.ts'
import { printReport } from '../../cli/backtest/print.ts'
import { modelsOf, unseenModelsOf } from '../../cli/models.ts'
import type { Model, Models } from '../../processors/processor.ts'
import { unseen } from '../../runtime/models/fitted.ts'
import { temporaryFolder } from '../support/temporary.ts'

const SHIPPED = join(import.meta.dirname, '../../models')
const invocation = { values: {}, positionals: [], signal: new AbortController().signal }
const over = (...folders: string[]): Models => unseenModelsOf(invocation, folders)
const instants = (models: Models): Record<string, number> =>
  Object.fromEntries(
    Object.entries(models).flatMap(([name, { notBefore }]) =>
      notBefore === undefined ? [] : [[name, notBefore]],
    ),
  )
const model: Model = { version: 'm1', features: [], score: () => 0 }
const version = (scores: string): string => {
  const folder = join(temporaryFolder(), 'm1')
  mkdirSync(folder)
  writeFileSync(join(folder, 'scores.json'), scores)
  return folder
}

it('is asked of what began after the latest of the recordings it was fitted on, by any name of theirs', () => {
  const folder = version(
    '{"trainedOn":{"a":{"untilMs":5},"b":{"untilMs":9,"alsoAs":["d"]},"c":{"untilMs":20}}}',
  )
  expect(unseen(model, folder, new Set(['a', 'b'])).notBefore).toBe(9)
  expect(unseen(model, folder, new Set(['d', 'e'])).notBefore).toBe(9)
  expect(unseen(model, folder, new Set(['e']))).toBe(model)
})
it('is asked of nothing where it is not told until when it was fitted, and of all where nothing is told', () => {
  const sets = new Set(['a', 'logs'])
  expect(unseen(model, version('{"trainedOn":{"a":{}}}'), sets).notBefore).toBe(Infinity)
  expect(unseen(model, version('{"trainedOn":{"logs":12}}'), sets)).toBe(model)
  expect(unseen(model, join(temporaryFolder(), 'none'), sets)).toBe(model)
  expect(() => unseen(model, version('{'), sets)).toThrow('scores.json')
})

/** Until when the version in service was fitted on a set. */
const until = (name: string, set: string): number => {
  const folder = join(SHIPPED, name, modelsOf(invocation).models[name]?.version ?? '')
  const { trainedOn } = JSON.parse(readFileSync(join(folder, 'scores.json'), 'utf8')) as {
    trainedOn: Record<string, { untilMs: number }>
  }
  return trainedOn[set]?.untilMs ?? NaN
}
it('the shipped models are held back on what they were fitted on, by the name of the folder, and on its other view', () => {
  const bitcoin = until('stopping', 'bitcoin-ci')
  const tvm = until('stopping', 'tvm-ci')
  expect(tvm).toBeLessThan(bitcoin)
  expect(instants(over('/data/bitcoin-ci/'))).toEqual({ stopping: bitcoin })
  expect(instants(over('/data/bitcoin-builds'))).toEqual({ stopping: bitcoin })
  expect(instants(over('/data/iree-ci', '/data/tvm-ci'))).toEqual({ stopping: tvm })
  expect(instants(over('tvm-ci', 'bitcoin-ci'))).toEqual({ stopping: bitcoin })
  expect(instants(over('community-health-pulls'))).toEqual({
    'merge-time': until('merge-time', 'community-health-pulls'),
  })
  expect(instants(over('/data/iree-ci'))).toEqual({})
})

it('the report says so', () => {
  const models = over('bitcoin-ci', 'community-health-pulls')
  const day = (name: string, set: string) => new Date(until(name, set)).toISOString().slice(0, 10)
  expect(askedOfAllText(askedFrom(models), 'merge-time')).toEqual([])
  const [text, ...more] = askedFromText(askedFrom(models), 'merge-time')
  expect(text).toContain(`fitted on the part before ${day('merge-time', 'community-health-pulls')}`)
  expect(more).toEqual([])
  const report = printReport(measure(createCollector().collected(), { models }))
  expect(report.replaceAll(/\n\s*/g, ' ')).toContain(
    `fitted on the part before ${day('stopping', 'bitcoin-ci')}`,
  )
  expect(report).not.toContain('merge-time')
  expect(report).not.toContain('asked of all')
  expect(printReport(measure(createCollector().collected()))).not.toContain('was fitted')
})

it('the report says also that no name matched: a copy under another name is not known', () => {
  const models = over('my-copy')
  expect(instants(models)).toEqual({})
  const report = printReport(measure(createCollector().collected(), { models }))
  expect(report.replaceAll(/\n\s*/g, ' ')).toMatch(
    /The model stopping \S+ was fitted on no set of this name and is asked of all/,
  )
  expect(report).not.toContain('merge-time')
  expect(askedOfAllText(askedFrom(models), 'merge-time')).toHaveLength(1)
  expect(printReport(measure(createCollector().collected()))).not.toContain('asked of all')
})

it('a model that does not say what it was fitted on is left out and named, and nothing ends', () => {
  const folder = join(temporaryFolder(), 'models')
  cpSync(SHIPPED, folder, { recursive: true })
  const { version: stopping = '' } = modelsOf(invocation).models['stopping'] ?? {}
  writeFileSync(join(folder, 'stopping', stopping, 'scores.json'), '{')
  const said = vi.spyOn(process.stderr, 'write').mockReturnValue(true)
  const models = unseenModelsOf({ ...invocation, values: { models: folder } }, ['bitcoin-ci'])
  expect(said.mock.calls.flat().join('')).toMatch(
    new RegExp(`model stopping ${stopping} is not used: scores.json`),
  )
  said.mockRestore()
  expect(Object.keys(models)).toEqual(['merge-time'])
  writeFileSync(join(folder, 'stopping', stopping, 'scores.json'), 'null')
  expect(
    Object.keys(unseenModelsOf({ ...invocation, values: { models: folder } }, ['bitcoin-ci'])),
  ).toContain('stopping')
})
