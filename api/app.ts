/** The query API as a Fastify instance that does not listen yet: the command line listens, tests inject. */

import swagger from '@fastify/swagger'
import swaggerUi from '@fastify/swagger-ui'
import fastify, { type FastifyInstance } from 'fastify'
import { addAccess, addSession } from './access.ts'
import { addCommands } from './commands.ts'
import type { Access, ApiDeps } from './deps.ts'
import { asyncApi } from '../schemas/asyncapi.ts'
import { createAnswerCache } from './answer-cache.ts'
import { addHealth, HEALTH_ROUTE } from './health.ts'
import { RECORD_SCHEMAS } from './json-schema.ts'
import { addIngest } from './ingest.ts'
import { addLimits } from './limits.ts'
import { addOpenInference } from './models/open-inference.ts'
import { addPredict } from './models/routes.ts'
import { addPage } from './page.ts'
import { addShapes } from './shapes/routes.ts'
import { addProblems, onError } from './problem.ts'
import { addRoute } from './route.ts'
import { routes } from './routes/index.ts'
import { createRunAnswers } from './routes/run-answers.ts'
import { addWhatIf } from './routes/what-if.ts'
import { DOCS_POLICY } from './security.ts'
import { addRequestMetrics } from './request-metrics.ts'
import { addStream, mayUpgrade } from './stream.ts'
import { createThroughput } from './throughput.ts'

const BODY_LIMIT_BYTES = 64 * 1024
const REQUEST_TIMEOUT_MS = 10_000
const SAMPLE_MS = 1_000
const EVERYBODY: Access = { tokens: [], perMinute: Infinity, origins: [], now: Date.now }

const addDocs = async (app: FastifyInstance): Promise<void> => {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Stopline',
        version: '1',
        description:
          'Forecasts, advice and KPIs for running CI. Every answer carries asOf, the pipeline time it is true at, and lagMs. All times are milliseconds since the epoch, UTC; durations are seconds. The ETag covers the data, not asOf.',
      },
    },
    refResolver: {
      buildLocalReference: (json, _base, _fragment, index) =>
        typeof json['$id'] === 'string' ? json['$id'] : `schema-${index}`,
    },
  })
  await app.register(swaggerUi, { routePrefix: '/docs', staticCSP: DOCS_POLICY })
  app.get('/docs/asyncapi.json', { schema: { hide: true } }, () => asyncApi('1'))
}

const addThroughput = (app: FastifyInstance, deps: ApiDeps) => {
  const throughput = createThroughput(deps.log)
  const timer = setInterval(() => {
    throughput.sample(performance.now())
  }, SAMPLE_MS).unref()
  throughput.sample(performance.now())
  app.addHook('onClose', (_app, done) => {
    clearInterval(timer)
    done()
  })
  return throughput
}

/** Builds the app. Whoever calls it listens on it and closes it. */
export const buildApp = async (deps: ApiDeps): Promise<FastifyInstance> => {
  const app = fastify({
    logger: false,
    bodyLimit: BODY_LIMIT_BYTES,
    requestTimeout: REQUEST_TIMEOUT_MS,
    http: { shouldUpgradeCallback: mayUpgrade },
    routerOptions: { maxParamLength: 1_000 },
    // Else limits would not hold for 1e309, which is read as infinite.
    ajv: { customOptions: { removeAdditional: false, coerceTypes: true, strictNumbers: false } },
    frameworkErrors: onError,
  })
  addProblems(app)
  app.setSerializerCompiler(() => (data) => JSON.stringify(data))
  for (const schema of RECORD_SCHEMAS) app.addSchema(schema)
  addRequestMetrics(app, deps.metrics)
  addLimits(app)
  const access = deps.access ?? EVERYBODY
  const { pageFollows } = addAccess(app, access)
  await addDocs(app)
  const cache = createAnswerCache(deps)
  const found = routes(addThroughput(app, deps), createRunAnswers(deps))
  for (const row of [...found, HEALTH_ROUTE]) addRoute(app, deps, cache, row)
  addShapes(app, deps)
  addSession(app, access)
  addCommands(app, deps)
  addWhatIf(app, deps)
  addPredict(app, deps)
  await addOpenInference(app, deps)
  await addStream(app, deps)
  addHealth(app, deps)
  await addIngest(app, deps)
  pageFollows()
  await addPage(app, deps.webFolder)
  return app
}
