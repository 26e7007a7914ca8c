import { cpSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { MODEL_FEATURES } from '../../cli/models.ts'
import { FEATURES, FEATURE_NAMES } from '../../processors/stopping/features.ts'
import { loadModel, readFeatureFile, rowOf } from '../../runtime/models/load.ts'
import {
  currentOf,
  loadModels,
  modelNames,
  promote,
  rollBack,
  versionFolder,
  versionsOf,
} from '../../runtime/models/registry.ts'
import type { Ensemble } from '../../runtime/models/onnx-file.ts'
import { scoreOf, treesOf } from '../../runtime/models/trees.ts'
import { openOnnx } from '../../runtime/onnx.ts'
import { temporaryFolder } from '../support/temporary.ts'

const SHIPPED = join(import.meta.dirname, '../../models')
const CURRENT = currentOf(SHIPPED, 'stopping')?.version ?? 'none'
const FOLDER = versionFolder(SHIPPED, 'stopping', CURRENT)
const ROWS = 10_000

/** Features such as runs have, one in ten unknown: the rows kept beside the model, mixed and moved. */
const randomRows = (rows: number): Float32Array => {
  const { checks } = readFeatureFile(FOLDER)
  let state = 1
  const random = (): number => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647
  return Float32Array.from({ length: rows * FEATURE_NAMES.length }, (_, i) => {
    const check = checks[Math.floor(random() * checks.length)]
    const value = check?.features[i % FEATURE_NAMES.length] ?? NaN
    return random() < 0.1 ? NaN : random() < 0.5 ? value : value * (0.5 + random())
  })
}
const row = (features: Float32Array, i: number): Float32Array =>
  features.subarray(i * FEATURE_NAMES.length, (i + 1) * FEATURE_NAMES.length)

const copyOfModels = (): string => {
  const folder = temporaryFolder()
  cpSync(SHIPPED, folder, { recursive: true })
  return folder
}

const noneInService = (name: string) => ({
  ...{ name, version: null, reason: 'no version of it is in service' },
})

describe('the shipped model', () => {
  it('asks for the features that the program makes, in words of its own', () => {
    expect(MODEL_FEATURES['stopping']).toEqual(FEATURE_NAMES)
    expect(readFeatureFile(FOLDER).features).toEqual(
      FEATURES.map(({ name, doc }) => ({ name, doc })),
    )
  })
  it('says the same by our trees and by onnxruntime, bit for bit, on 10,000 rows in batches of any size', async () => {
    const model = loadModel(FOLDER, FEATURE_NAMES)
    const features = randomRows(ROWS)
    const ours = Float32Array.from({ length: ROWS }, (_, i) => model.score(row(features, i), {}))
    expect(new Set(ours).size).toBeGreaterThan(ROWS / 10)
    const session = await openOnnx(join(FOLDER, 'model.onnx'))
    for (const size of [1, 64, 1_000, ROWS]) {
      const theirs = new Float32Array(ROWS)
      const until = size === 1 ? 500 : ROWS
      for (let from = 0; from < until; from += size) {
        const to = Math.min(from + size, ROWS)
        const width = FEATURE_NAMES.length
        const batch = features.slice(from * width, to * width)
        theirs.set((await session.infer(batch, to - from)).score, from)
      }
      expect(theirs.slice(0, until)).toEqual(ours.slice(0, until))
    }
    await session.close()
  })
  it('answers with the chance that the formula and the trees give', async () => {
    const session = await openOnnx(join(FOLDER, 'model.onnx'))
    const { checks } = readFeatureFile(FOLDER)
    for (const check of checks.slice(0, 10)) {
      const { score, probability } = await session.infer(rowOf(check.features), 1)
      const odds = (check.features[0] ?? 0) + Math.min(3, Math.max(-3, score[0] ?? NaN))
      expect(probability[0]).toBeCloseTo(1 / (1 + Math.exp(-odds)), 5)
    }
    await session.close()
  })
})

describe('loading', () => {
  const problem = (folder: string): string | undefined =>
    loadModels(folder, MODEL_FEATURES).problems[0]?.reason
  const file = (folder: string, name: string): string =>
    join(versionFolder(folder, 'stopping', CURRENT), name)
  const edited = (folder: string, name: string, edit: (text: string) => string): void => {
    writeFileSync(file(folder, name), edit(readFileSync(file(folder, name), 'utf8')))
  }

  it('takes what is in service', () => {
    const { models, problems } = loadModels(SHIPPED, MODEL_FEATURES)
    // Of the models of lines none is shown to be better than the rules: its versions wait.
    expect(problems).toEqual([noneInService('failure-kind')])
    expect(models['stopping']?.version).toBe(CURRENT)
  })
  it('goes without where there is no folder, and says so', () => {
    expect(loadModels('/nowhere', MODEL_FEATURES)).toEqual({
      models: {},
      problems: ['stopping', 'merge-time', 'failure-kind'].map(noneInService),
    })
  })
  it('refuses a file of another version, of other features, cut short, or of other bytes', () => {
    const folder = copyOfModels()
    edited(folder, 'features.json', (text) => text.replaceAll(CURRENT, '2020-01-01-other'))
    expect(problem(folder)).toMatch(/model.onnx is version .* features.json 2020-01-01-other/)
    expect(() => loadModel(FOLDER, FEATURE_NAMES.slice(1))).toThrow('other features')
    const cut = copyOfModels()
    writeFileSync(file(cut, 'model.onnx'), readFileSync(file(cut, 'model.onnx')).subarray(0, 5000))
    expect(problem(cut)).toMatch(/not an ONNX file/)
    writeFileSync(file(cut, 'model.onnx'), '')
    expect(problem(cut)).toMatch(/no trees/)
  })
  it('refuses trees that hold no number, lead nowhere, or ask for what is not there', () => {
    const tree = (value: number, feature: number, no: number): Ensemble => {
      const ints: Record<string, number[]> = {
        ...{
          nodes_treeids: [0, 0, 0],
          nodes_nodeids: [0, 1, 2],
          nodes_featureids: [feature, 0, 0],
        },
        ...{ nodes_truenodeids: [1, 0, 0], nodes_falsenodeids: [no, 0, 0] },
        ...{ nodes_missing_value_tracks_true: [0, 0, 0] },
        ...{ target_treeids: [0, 0], target_nodeids: [1, 2] },
      }
      const floats: Record<string, number[]> = {
        ...{ nodes_values: [1, 0, 0], target_weights: [value, 5] },
      }
      return {
        ints: (name) => ints[name] ?? [],
        floats: (name) => floats[name] ?? [],
        texts: () => ['BRANCH_LEQ', 'LEAF', 'LEAF'],
      }
    }
    const trees = treesOf(tree(4, 0, 2), 1)
    expect([0.5, 1, 1.5, NaN].map((value) => scoreOf(trees, rowOf([value])))).toEqual([4, 4, 5, 5])
    expect(() => treesOf(tree(NaN, 0, 2), 1)).toThrow('node 1 holds no number')
    expect(() => treesOf(tree(4, 1, 2), 1)).toThrow('node 0 asks for feature 1 of 1')
    expect(() => treesOf(tree(4, 0, 0), 1)).toThrow('node 0 leads nowhere')
  })
  it('refuses answers that have changed since it was made', () => {
    const changed = copyOfModels()
    edited(changed, 'features.json', (text) => text.replace(/"score": [^\n]+/, '"score": 2.5'))
    expect(problem(changed)).toMatch(/it says .* where it said 2.5 when it was made/)
  })
  it('refuses a current.json that names nothing', () => {
    const folder = copyOfModels()
    for (const text of ['{', '{}', 'null', '"1"', '{"version":"../../etc","before":[]}']) {
      writeFileSync(join(folder, 'stopping', 'current.json'), text)
      expect(problem(folder)).toMatch(/current.json/)
    }
  })
  it('refuses papers that are none', () => {
    const folder = copyOfModels()
    const checks = ['[]', '[null]', '[{}]', '[{"features":null,"score":1}]', '[{"features":[1]}]']
    const papers = checks.map(
      (list) => `{"version":"${CURRENT}","features":[{"name":"formula"}],"checks":${list}}`,
    )
    for (const text of ['null', '{}', '{"version":"v","features":[null]}', ...papers]) {
      writeFileSync(file(folder, 'features.json'), text)
      expect(problem(folder), text).toBe('features.json names no version, no features or no checks')
    }
  })
  it('refuses a file in which any byte of what it says has changed, and never ends the process', () => {
    const folder = copyOfModels()
    const bytes = readFileSync(file(folder, 'model.onnx'))
    const { length } = bytes
    // Its beginning, places all over its trees, and what it tells of itself at its end.
    const places = Array.from({ length: 50 }, (_, i) => [
      ...[i, Math.floor((length * i) / 50), length - 1 - i * 7],
    ]).flat()
    const accepted = places.filter((place) => {
      const changed = Buffer.from(bytes)
      changed[place] = (changed[place] ?? 0) ^ 0x55
      writeFileSync(file(folder, 'model.onnx'), changed)
      const { models, problems } = loadModels(folder, { stopping: FEATURE_NAMES })
      expect(problems.length).toBe(models['stopping'] === undefined ? 1 : 0)
      return problems.length === 0
    })
    // Who made it, and by which tools, says nothing of what it says.
    expect(accepted.every((place) => place < 30 || place > length - 400)).toBe(true)
  })
})

describe('the registry', () => {
  it('lists names and versions, and nothing outside its folder', () => {
    expect(modelNames(SHIPPED)).toContain('stopping')
    expect(versionsOf(SHIPPED, 'stopping')).toContain(CURRENT)
    expect(versionsOf(SHIPPED, '..')).toEqual([])
    expect(modelNames('/nowhere')).toEqual([])
  })
  it('puts a version into service and rolls back to the one before', () => {
    const folder = copyOfModels()
    cpSync(versionFolder(folder, 'stopping', CURRENT), join(folder, 'stopping', '2030-01-01-new'), {
      recursive: true,
    })
    const now = promote(folder, 'stopping', '2030-01-01-new')
    expect(now).toEqual({ version: '2030-01-01-new', before: [CURRENT] })
    expect(promote(folder, 'stopping', '2030-01-01-new')).toEqual(now)
    expect(rollBack(folder, 'stopping')).toEqual({ version: CURRENT, before: [] })
    expect(currentOf(folder, 'stopping')?.version).toBe(CURRENT)
    // Before the first there was none.
    expect(rollBack(folder, 'stopping')).toBeNull()
    expect(currentOf(folder, 'stopping')).toBeNull()
    expect(() => rollBack(folder, 'stopping')).toThrow('nothing of stopping is in service')
    expect(() => promote(folder, 'stopping', 'none')).toThrow('no version none')
  })
})
