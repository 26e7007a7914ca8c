/** Receivers of notifications, played by local servers with faults: one of HTTP that keeps what it is told, and one of SMTP. */

import { createServer, type IncomingHttpHeaders } from 'node:http'
import { createServer as createTcp, type AddressInfo, type Server } from 'node:net'

export interface HeardCall {
  readonly method: string
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly body: Record<string, unknown>
  readonly atMs: number
}
/** `hang`: half open, never an answer; `cut`: the connection is closed; `late`: it does what is asked, and does not say so. */
export interface Fault {
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  readonly fault?: 'hang' | 'cut' | 'late'
}
type Handle = (call: HeardCall) => { readonly status: number; readonly body: unknown }

const listening = async (server: Server | ReturnType<typeof createServer>, port: number) => {
  await new Promise<void>((resolve) => {
    server.listen(port, '127.0.0.1', resolve)
  })
  return (server.address() as AddressInfo).port
}
const parsed = (text: string): Record<string, unknown> =>
  text === '' ? {} : (JSON.parse(text) as Record<string, unknown>)

const textOf = (body: unknown): string => (typeof body === 'string' ? body : JSON.stringify(body))

/** Each request takes the next fault; without one it is handled. */
export const startHttpWorld = async (handle: Handle, faults: Fault[] = [], port = 0) => {
  const calls: HeardCall[] = []
  const server = createServer((request, response) => {
    let text = ''
    request.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
    request.on('end', () => {
      const call = {
        method: request.method ?? '',
        path: request.url ?? '',
        headers: request.headers,
        body: parsed(text),
        atMs: performance.now(),
      }
      calls.push(call)
      const fault = faults.shift()
      if (fault?.fault === 'hang') return
      const isHandled = fault === undefined || fault.fault === 'late'
      const answer = isHandled ? handle(call) : { status: fault.status ?? 200, body: {} }
      if (fault?.fault !== undefined) request.socket.destroy()
      else response.writeHead(answer.status, fault?.headers).end(textOf(answer.body))
    })
  })
  const bound = await listening(server, port)
  return {
    url: `http://127.0.0.1:${bound}`,
    port: bound,
    calls,
    faults,
    close: () => {
      server.closeAllConnections()
      server.close()
    },
  }
}

/** A mail server; each mail takes the next answer, 250 without one. */
export const startSmtpWorld = async (answers: string[] = []) => {
  const mails: string[] = []
  const server = createTcp((socket) => {
    let [buffer, mail] = ['', '']
    let isData = false
    const say = (line: string): void => void socket.write(`${line}\r\n`)
    const onLine = (line: string): void => {
      if (isData && line === '.') {
        isData = false
        const answer = answers.shift() ?? '250 kept'
        if (answer.startsWith('250')) mails.push(mail)
        mail = ''
        say(answer)
      } else if (isData) mail += `${line}\n`
      else if (/^DATA/i.test(line)) {
        isData = true
        say('354 go on')
      } else if (/^QUIT/i.test(line)) {
        say('221 bye')
        socket.end()
      } else say('250 ok')
    }
    socket.setEncoding('utf8').on('data', (chunk: string) => {
      buffer += chunk
      const lines = buffer.split('\r\n')
      buffer = lines.pop() ?? ''
      lines.forEach(onLine)
    })
    socket.on('error', () => undefined)
    say('220 here')
  })
  const port = await listening(server, 0)
  return { url: `smtp://127.0.0.1:${port}`, mails, close: () => void server.close() }
}
