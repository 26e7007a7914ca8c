/** docker-compose.yml as somebody would use it: up, look at it, train a model, kill a process, down. */

import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { docker, hasDocker } from '../support/docker.ts'
import { freePort } from '../support/ports.ts'
import { temporaryFolder } from '../support/temporary.ts'
import { until } from './stopline-process.ts'

const project = `stopline-test-${randomBytes(4).toString('hex')}`
const START_MS = 600_000
const SERVICES = ['kafka', 'registry', 'redis', 'process', 'produce', 'sink', 'serve']

describe.skipIf(!hasDocker())('the compose file', () => {
  let env: Record<string, string> = {}
  const compose = (...args: string[]) => docker(['compose', '-p', project, ...args], env)
  const containerOf = (service: string) => compose('ps', '-q', service)
  const inspect = async (service: string, what: string) =>
    docker(['inspect', '-f', `{{${what}}}`, await containerOf(service)])
  const get = async (path: string) => {
    const answer = await fetch(`http://127.0.0.1:${env['STOPLINE_PORT'] ?? ''}${path}`).catch(
      () => null,
    )
    return { status: answer?.status ?? 0, text: (await answer?.text()) ?? '' }
  }
  const isHealthy = async (service: string) =>
    (await inspect(service, '.State.Health.Status')) === 'healthy'
  /** Pipeline time of an answer that is given; 0 before. */
  const asOf = async (): Promise<number> => {
    const { status, text } = await get('/v1/jobs?limit=1')
    return status === 200 ? (JSON.parse(text) as { asOf: number }).asOf : 0
  }

  beforeAll(async () => {
    const ports = await Promise.all(Array.from({ length: 4 }, () => freePort()))
    const [page, kafka, registry, webhooks] = ports.map(String)
    env = {
      STOPLINE_PORT: page ?? '',
      KAFKA_PORT: kafka ?? '',
      REGISTRY_PORT: registry ?? '',
      STOPLINE_WEBHOOK_PORT: webhooks ?? '',
      STOPLINE_IMAGE: `${project}:latest`,
      STOPLINE_PRODUCE: '--days 0.25',
      STOPLINE_TRAIN_IMAGE: `${project}-train:latest`,
      STOPLINE_TRAIN: 'stopping --quick',
    }
    await compose('build')
    await compose('up', '-d')
  }, START_MS)
  afterAll(async () => {
    const all = ['--profile', 'train', 'down', '-v', '-t', '5', '--rmi', 'local']
    await compose(...all, '--remove-orphans')
    const images = [`${project}:latest`, `${project}-train:latest`]
    await docker(['image', 'rm', '-f', ...images]).catch(() => undefined)
  }, START_MS)

  it(
    'brings up everything healthy, with a page and data of the simulated community',
    async () => {
      for (const service of SERVICES)
        await until(`${service} is healthy`, () => isHealthy(service), START_MS)
      expect((await get('/readyz')).status).toBe(200)
      await until('jobs', async () => (await get('/v1/jobs?limit=1')).text.includes('"demo"'))
      const page = await get('/')
      expect(page.text).toMatch(/<title>.*Stopline/)
      const [asset = ''] = /\/assets\/[^"]+\.js/.exec(page.text) ?? []
      expect((await get(asset)).status).toBe(200)
      expect((await get('/metrics')).text).toContain('stopline_topic_records')
    },
    START_MS,
  )

  it('runs as nobody in particular, and writes nothing', async () => {
    const script = 'id -u; touch /app/x 2>/dev/null && echo written; true'
    const said = await docker(['exec', await containerOf('serve'), 'sh', '-c', script])
    expect(said).toBe('1000')
  })

  it(
    'trains on what Kafka holds, in an image of its own, and serves what it made',
    async () => {
      env = { ...env, STOPLINE_RECORDINGS: temporaryFolder() }
      const ofTrain = (...args: string[]) => compose('--profile', 'train', ...args, 'train')
      await ofTrain('build')
      await ofTrain('up', '-d', '--no-build')
      let said = ''
      await until(
        'a round',
        async () => /^stopping\b.*/m.test((said = await ofTrain('logs', '--no-log-prefix'))),
        START_MS,
      )
      const [, version = said] =
        /^stopping (\S+): (?:now in|not put into) service/m.exec(said) ?? []
      const { status, text } = await get(`/v1/models/stopping/versions/${version}`)
      expect(status, said).toBe(200)
      expect(text).toContain('topics')
    },
    START_MS,
  )

  it(
    'goes on after a processor was killed',
    async () => {
      const before = await asOf()
      // From inside: what is killed through Docker is not started again by it.
      const kill = 'kill -9 $(grep -l cli/m[a]in /proc/[0-9]*/cmdline | cut -d/ -f3)'
      await docker(['exec', await containerOf('process'), 'sh', '-c', kill]).catch(() => undefined)
      await until(
        'it is started again',
        async () => Number(await inspect('process', '.RestartCount')) > 0,
      )
      await until('it is healthy again', () => isHealthy('process'), START_MS)
      await until('time goes on', async () => (await asOf()) > before + 10_000, START_MS)
    },
    START_MS,
  )
})
