/** Errors as problem documents (RFC 9457), from the error table alone: nothing of the inside leaks out. */

import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { CodedError, ERRORS, type ErrorCode } from '../runtime/errors.ts'
import { ANSWER_SECURITY } from './security.ts'

const PROBLEM_TYPE = 'application/problem+json; charset=utf-8'

/** Schema of a problem document. */
const PROBLEM_SCHEMA = {
  $id: 'Problem',
  type: 'object',
  description: 'What went wrong (RFC 9457).',
  required: ['type', 'title', 'status', 'detail', 'instance', 'code', 'remedy'],
  additionalProperties: false,
  properties: {
    type: { type: 'string', description: 'urn:stopline:error:<code>' },
    title: { type: 'string' },
    status: { type: 'integer' },
    detail: { type: 'string', description: 'What is wrong with this request.' },
    instance: { type: 'string', description: 'The address asked for.' },
    code: { type: 'string', enum: Object.keys(ERRORS) },
    remedy: { type: 'string', description: 'What to do next.' },
  },
}

/** Sends the problem document of a code. */
export const sendProblem = (
  request: FastifyRequest,
  reply: FastifyReply,
  code: ErrorCode,
  detail: string,
): FastifyReply => {
  const { status, title, remedy } = ERRORS[code]
  const type = `urn:stopline:error:${code}`
  const instance = request.url.slice(0, 200)
  return reply
    .code(status)
    .headers({ ...ANSWER_SECURITY, 'content-type': PROBLEM_TYPE, 'cache-control': 'no-store' })
    .send(JSON.stringify({ type, title, status, detail, instance, code, remedy }))
}

const codeOf = (error: FastifyError): ErrorCode => {
  if (error.validation !== undefined && error.validationContext === 'params') return 'not-found'
  if (error.validation !== undefined)
    return error.validation.some(({ keyword }) => keyword === 'additionalProperties')
      ? 'unknown-parameter'
      : 'invalid-parameter'
  if (error.statusCode === 413) return 'body-too-large'
  if (error.statusCode === 404) return 'not-found'
  return (error.statusCode ?? 500) < 500 ? 'bad-request' : 'internal'
}

const detailOf = (error: FastifyError): string => {
  const first = error.validation?.[0]
  if (first?.keyword === 'additionalProperties')
    return `${String(first.params['additionalProperty'])} is not a parameter of this route`
  return error.message
}

/** From then on whatever goes wrong in the app is answered as a problem document. */
export const addProblems = (app: FastifyInstance): void => {
  app.setErrorHandler(onError)
  app.addSchema(PROBLEM_SCHEMA)
}

/** Answers any error thrown on the way; what is not in the table is logged and told as internal. */
export const onError = (
  error: FastifyError | CodedError,
  request: FastifyRequest,
  reply: FastifyReply,
): void => {
  if (error instanceof CodedError) {
    sendProblem(request, reply, error.code, error.message)
    return
  }
  const code = codeOf(error)
  if (code === 'internal') request.log.error({ err: error, url: request.url }, 'request failed')
  sendProblem(
    request,
    reply,
    code,
    code === 'internal' ? 'The log has the cause.' : detailOf(error),
  )
}
