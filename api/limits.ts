/** What is asked of every request before any route sees it. */

import type { FastifyInstance } from 'fastify'
import { sendProblem } from './problem.ts'
import { PAGE_SECURITY } from './security.ts'

export const MAX_ADDRESS_CHARS = 4_096

/** Refuses addresses that are too long, and puts the headers of pages on what is none of the API's. */
export const addLimits = (app: FastifyInstance): void => {
  app.addHook('onRequest', (request, reply, done) => {
    if (!request.url.startsWith('/v1/')) reply.headers(PAGE_SECURITY)
    if (request.url.length > MAX_ADDRESS_CHARS)
      sendProblem(request, reply, 'address-too-long', `${request.url.length} characters`)
    else done()
  })
}
