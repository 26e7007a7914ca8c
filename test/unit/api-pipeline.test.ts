import type { FastifyInstance } from 'fastify'
import { afterEach, describe, expect, it } from 'vitest'
import { buildApp } from '../../api/app.ts'
import type { ApiDeps } from '../../api/deps.ts'
import { CodedError } from '../../runtime/errors.ts'
import type { TopicName } from '../../schemas/topics.ts'
import { createTestPipeline, published } from '../support/api-deps.ts'
import { NOON, sampleDeadLetter } from '../support/sample-records.ts'

describe('the pipeline on a log with marks of commits', () => {
  let app: FastifyInstance
  afterEach(() => app.close())

  const open = async (overrides: Partial<ApiDeps> = {}) => {
    const pipeline = createTestPipeline()
    const { deps, log, views } = pipeline
    pipeline.publish([published('ci.dead-letters.v1', sampleDeadLetter())])
    // Each record is a commit of its own, and its mark takes the offset after it.
    const ends = (topic: TopicName): number[] => [2 * log.endOffset(topic)]
    const ofKafka = { ...deps.log, hasCommitMarks: true, ends }
    app = await buildApp({ ...deps, log: ofKafka, ...overrides })
    return views
  }
  const asked = async () => {
    const { statusCode, json } = await app.inject('/v1/pipeline')
    return { statusCode, data: json<{ data: Record<string, unknown> }>().data }
  }

  it('counts the dead letters that are kept, and says that ends count marks', async () => {
    await open()
    const { data } = await asked()
    expect(data).toMatchObject({ deadLetters: 1, hasCommitMarks: true })
    const ends = data['topics'] as { readonly topic: string; readonly endOffset: number }[]
    expect(ends.find(({ topic }) => topic === 'ci.dead-letters.v1')?.endOffset).toBe(2)
  })

  it('is told without their number where the views do not answer, or are too old to be asked', async () => {
    const views = await open()
    views.count = () => {
      throw new CodedError('views-unreachable', 'Redis: the connection is closed')
    }
    expect(await asked()).toMatchObject({ statusCode: 200, data: { deadLetters: null } })
    await app.close()
    await open({ time: () => ({ now: NOON, lagMs: 0, outage: 'no sink was heard for 70 s' }) })
    expect(await asked()).toMatchObject({ statusCode: 200, data: { deadLetters: null } })
  })

  it('has no marks on one file', async () => {
    await open()
    await app.close()
    app = await buildApp(createTestPipeline().deps)
    expect((await asked()).data).toMatchObject({ deadLetters: 0, hasCommitMarks: false })
  })
})
