/** Checks answers against the schemas that the API shows: strictly, without turning a "5" into a 5. */

import fastify, { type FastifyInstance } from 'fastify'
import { RECORD_SCHEMAS } from '../../api/json-schema.ts'
import { envelope } from '../../api/route.ts'
import { routes } from '../../api/routes/index.ts'

const pathOf = (route: string): string => `/check${route.replaceAll(':', '')}`

/** A server with one route per API route, whose body must be an answer of that route. */
const checkingApp = (): FastifyInstance => {
  const app = fastify({
    bodyLimit: 64 * 1024 * 1024,
    ajv: {
      customOptions: {
        coerceTypes: false,
        removeAdditional: false,
        useDefaults: false,
        allErrors: true,
        strict: false,
      },
    },
  })
  for (const schema of RECORD_SCHEMAS) app.addSchema(schema)
  for (const { path, data, isPaged } of routes(
    { sample: () => undefined, perSecond: () => 0 },
    { get: () => undefined },
  ))
    app.post(pathOf(path), { schema: { body: envelope(data, isPaged ?? false) } }, () => 'fits')
  return app
}

/** Says what is wrong with an answer of a route; `fits` where nothing is. */
export const createAnswerChecker = () => {
  const app = checkingApp()
  return {
    check: async (route: string, answer: string): Promise<string> => {
      const { body } = await app.inject({
        method: 'POST',
        url: pathOf(route),
        headers: { 'content-type': 'application/json' },
        payload: answer,
      })
      return body
    },
    close: () => app.close(),
  }
}
