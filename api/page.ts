/** The built page: its files, and its index for every address of its own router. */

import { existsSync } from 'node:fs'
import { join } from 'node:path'
import fastifyStatic from '@fastify/static'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { ERRORS } from '../runtime/errors.ts'
import { sendProblem } from './problem.ts'

/** Names of built files hold their hash, so they may be kept for ever. */
const YEAR_SECONDS = 31_536_000

const isPageAddress = (request: FastifyRequest): boolean =>
  (request.method === 'GET' || request.method === 'HEAD') &&
  !/^\/(v1|docs|assets)(\/|\?|$)/.test(request.url) &&
  (request.headers.accept ?? '*/*').includes('text/html')

/** Serves the page from `folder`; says how to build it where it is missing. Other unknown addresses are problems. */
export const addPage = async (app: FastifyInstance, folder: string): Promise<void> => {
  const isBuilt = existsSync(join(folder, 'index.html'))
  if (isBuilt)
    await app.register(fastifyStatic, {
      root: folder,
      wildcard: false,
      index: 'index.html',
      setHeaders: (reply, path) => {
        const isHashed = path.includes('/assets/')
        reply.header(
          'cache-control',
          isHashed ? `public, max-age=${YEAR_SECONDS}, immutable` : 'no-cache',
        )
      },
    })
  const notFound = (request: FastifyRequest, reply: FastifyReply): FastifyReply => {
    if (!isPageAddress(request))
      return sendProblem(request, reply, 'not-found', `no route answers ${request.method} here`)
    if (isBuilt) return reply.header('cache-control', 'no-cache').sendFile('index.html')
    const { status, title, remedy } = ERRORS['page-not-built']
    return reply.code(status).type('text/plain; charset=utf-8').send(`${title}. ${remedy}\n`)
  }
  app.setNotFoundHandler(notFound)
}
