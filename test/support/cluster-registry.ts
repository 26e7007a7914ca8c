/** A schema registry in this process: what the client asks of one, with compatibility checked over all versions. */

import { createServer, type IncomingMessage, type Server } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import type { AvroSchema } from '../../schemas/load.ts'
import { incompatibility } from './schema-versions.ts'

export interface FakeRegistry {
  readonly url: string
  /** Levels by subject. */
  readonly levels: Map<string, string>
  /** Versions by subject, each with its id. */
  readonly subjects: Map<string, { readonly id: number; readonly schema: string }[]>
  /** Ids that it does not tell of, as one that lags or has lost them. */
  readonly hidden: Set<number>
  /** Requests, as `GET /path`, that it answers with an error of its own. */
  isBroken: (request: string) => boolean
  /** Requests so far, as `GET /path`. */
  readonly requests: string[]
  /** Registers a schema, unchecked; returns its id. */
  add(subject: string, schema: object): number
  stop(): Promise<void>
}
interface Answer {
  readonly status: number
  readonly body: object
}
/** Ids are not used again: codecs remember them for as long as the process lives. */
let nextId = 100

const answer = (body: object, status = 200): Answer => ({ status, body })
const notFound = (code: number): Answer => answer({ error_code: code, message: 'not found' }, 404)

export const startRegistry = async (): Promise<FakeRegistry> => {
  const levels = new Map<string, string>()
  const subjects: FakeRegistry['subjects'] = new Map()
  const hidden = new Set<number>()
  const requests: string[] = []
  const ids = new Map<string, number>()

  const add = (subject: string, schema: string): number => {
    const id = ids.get(schema) ?? (nextId += 1)
    ids.set(schema, id)
    const versions = subjects.get(subject) ?? []
    if (!versions.some((version) => version.id === id)) versions.push({ id, schema })
    subjects.set(subject, versions)
    return id
  }
  const register = (subject: string, schema: string): Answer => {
    for (const { schema: other } of subjects.get(subject) ?? []) {
      const reason = incompatibility(
        JSON.parse(other) as AvroSchema,
        JSON.parse(schema) as AvroSchema,
      )
      if (reason !== null && levels.get(subject) === 'FULL_TRANSITIVE')
        return answer({ error_code: 409, message: reason }, 409)
    }
    return answer({ id: add(subject, schema) })
  }
  const handle = (method: string, path: string, body: string): Answer => {
    const [, kind = '', subject = '', last = ''] = path.split('/').map(decodeURIComponent)
    const given = body === '' ? {} : (JSON.parse(body) as Record<string, string>)
    if (kind === 'config' && method === 'PUT') {
      levels.set(subject, given['compatibility'] ?? '')
      return answer(given)
    }
    if (kind === 'config') {
      const compatibilityLevel = levels.get(subject)
      return compatibilityLevel === undefined ? notFound(40401) : answer({ compatibilityLevel })
    }
    if (kind === 'schemas') {
      const found = [...ids].find(([, id]) => id === Number(last) && !hidden.has(id))
      return found === undefined ? notFound(40403) : answer({ schema: found[0] })
    }
    if (kind === 'subjects' && method === 'POST') return register(subject, given['schema'] ?? '')
    return notFound(404)
  }

  const server: Server = createServer((request, response) => {
    void textOf(request).then((body) => {
      const { method = '', url = '' } = request
      requests.push(`${method} ${url}`)
      const isBroken = registry.isBroken(`${method} ${url}`)
      const { status, body: said } = isBroken ? answer({}, 500) : handle(method, url, body)
      response.writeHead(status, { 'content-type': 'application/vnd.schemaregistry.v1+json' })
      response.end(JSON.stringify(said))
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const registry: FakeRegistry = {
    url: `http://127.0.0.1:${port}`,
    levels,
    subjects,
    hidden,
    isBroken: () => false,
    requests,
    add: (subject, schema) => add(subject, JSON.stringify(schema)),
    stop: async () => {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
  return registry
}

const textOf = async (request: IncomingMessage): Promise<string> => {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString()
}
