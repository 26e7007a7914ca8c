/** A worker that listens to the stream of forecasts and asks for each run it hears of, and notes when it had the answers. */

import { once } from 'node:events'
import { Agent, get, type IncomingMessage } from 'node:http'
import { parentPort, workerData } from 'node:worker_threads'
import type { Forecast } from '../../schemas/events.ts'
import { sharedMs } from './setting.ts'

/** Shared milliseconds at which each run's first forecast was here, by run id: as an event, and as an answer. */
export interface Seen {
  readonly streamed: ReadonlyMap<string, number>
  readonly answered: ReadonlyMap<string, number>
}
const streamed = new Map<string, number>()
const answered = new Map<string, number>()
const agent = new Agent({ keepAlive: true, maxSockets: 4 })
const address = workerData as string

const open = async (path: string, through?: Agent): Promise<IncomingMessage> => {
  const request = get(`${address}${path}`, through === undefined ? {} : { agent: through })
  const [response] = (await once(request, 'response')) as [IncomingMessage]
  return response.setEncoding('utf8')
}
const ask = async ({ source, repo, job, runId, attempt }: Forecast): Promise<void> => {
  const parts = [source, repo, job, runId, String(attempt)].map(encodeURIComponent)
  let text = ''
  for await (const chunk of await open(`/v1/runs/${parts.join('/')}`, agent)) text += String(chunk)
  if (text.includes(`"pFail"`)) answered.set(runId, sharedMs())
}
const onEvent = (event: string): void => {
  if (!event.includes('event: forecast')) return
  const forecast = JSON.parse(event.slice(event.indexOf('data: ') + 6)) as Forecast
  if (forecast.cause !== 'started' || streamed.has(forecast.runId)) return
  streamed.set(forecast.runId, sharedMs())
  void ask(forecast)
}

parentPort?.on('message', () => {
  parentPort?.postMessage({ streamed, answered } satisfies Seen)
})
let unread = ''
const events = await open('/v1/stream?topics=forecast')
parentPort?.postMessage('listening')
for await (const chunk of events) {
  const parts = (unread + String(chunk)).split('\n\n')
  unread = parts.pop() ?? ''
  parts.forEach(onEvent)
}
