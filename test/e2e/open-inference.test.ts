/** A client that others wrote for the Open Inference Protocol v2 (Triton's, from PyPI) against our /v2, over HTTP. */

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { buildApp } from '../../api/app.ts'
import { MODEL_TABLE } from '../../cli/models.ts'
import { FEATURE_NAMES } from '../../processors/stopping/features.ts'
import { loadModel, readFeatureFile, rowOf } from '../../runtime/models/load.ts'
import { currentOf, versionFolder } from '../../runtime/models/registry.ts'
import { servedModels } from '../../runtime/models/serving.ts'
import { createTestPipeline } from '../support/api-deps.ts'
import { oraclePython, oracleSaysMeanwhile } from '../support/python.ts'
import { temporaryFolder } from '../support/temporary.ts'

const SHIPPED = join(import.meta.dirname, '../../models')
const VERSION = currentOf(SHIPPED, 'stopping')?.version ?? 'none'
const FOLDER = versionFolder(SHIPPED, 'stopping', VERSION)
const python = oraclePython()

it.skipIf(python === null)(
  'reads what there is, asks rows and gets the bits of the pipeline, and understands each refusal',
  async () => {
    const rows = readFeatureFile(FOLDER).checks.map(({ features }) => features)
    expect(rows.flat()).toContain(null)
    const file = join(temporaryFolder(), 'rows.json')
    writeFileSync(file, JSON.stringify(rows))
    const app = await buildApp(
      createTestPipeline({ models: servedModels(SHIPPED, MODEL_TABLE) }).deps,
    )
    try {
      const address = await app.listen({ port: 0, host: '127.0.0.1' })
      const { host } = new URL(address)
      const said = await oracleSaysMeanwhile(
        python ?? '',
        'open_inference.py',
        host,
        'stopping',
        file,
      )
      const model = loadModel(FOLDER, FEATURE_NAMES)
      const whole = rows.map((row) => row.map((value) => value ?? 0))
      expect(said).toEqual({
        ...{ live: true, ready: true, modelReady: [true, true, false] },
        server: { name: 'stopline', version: '1', extensions: ['binary_tensor_data'] },
        model: expect.objectContaining({
          name: 'stopping',
          versions: expect.arrayContaining([VERSION]) as unknown,
          inputs: [{ name: 'features', datatype: 'FP32', shape: [-1, FEATURE_NAMES.length] }],
        }) as unknown,
        answered: { id: '7', model_name: 'stopping', model_version: VERSION },
        scores: rows.map((row) => model.score(rowOf(row), {})),
        asJson: whole.map((row) => model.score(rowOf(row), {})),
        refused: {
          model: expect.stringMatching(/there is no model weather/) as unknown,
          width: expect.stringMatching(/the model takes \[rows,/) as unknown,
          name: expect.stringMatching(/the one input is named features/) as unknown,
          output: expect.stringMatching(/there is no output x/) as unknown,
          type: expect.stringMatching(/binary data is FP32/) as unknown,
        },
      })
    } finally {
      await app.close()
    }
  },
  120_000,
)
