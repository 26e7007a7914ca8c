/** The live stream of the API (server-sent events), shared by the whole page. */

import type { Decision, Forecast, Incident, Kpi, Run, Score } from '../../../schemas/events.ts'
import { noteStatus } from './status.ts'
import { createStore } from './store.ts'

export type LiveEvent =
  | { readonly kind: 'forecast'; readonly record: Forecast }
  | { readonly kind: 'decision'; readonly record: Decision }
  | { readonly kind: 'score'; readonly record: Score }
  | { readonly kind: 'incident'; readonly record: Incident }
  | { readonly kind: 'run'; readonly record: Run }
  | { readonly kind: 'kpi'; readonly record: Kpi }
  | { readonly kind: 'tick' }
  /** Something was missed: the stream came back, or more happened than it could send. */
  | { readonly kind: 'resumed' }
export type LiveKind = LiveEvent['kind']

/** `polling`: no stream for a while, so pages ask by the clock. */
export type Link = 'connecting' | 'live' | 'polling'
export const link = createStore<Link>('connecting')

const RECORD_KINDS = ['forecast', 'decision', 'score', 'incident', 'run', 'kpi'] as const
/** Without a stream for so long, ask by the clock. */
const PATIENCE_MS = 6000
const RETRY_MS = 15_000

const listeners = new Set<(event: LiveEvent) => void>()

/** Calls `listener` with every event; returns how to stop. */
export const onLive = (listener: (event: LiveEvent) => void): (() => void) => {
  listeners.add(listener)
  return () => listeners.delete(listener)
}
const tell = (event: LiveEvent): void => {
  listeners.forEach((listener) => {
    listener(event)
  })
}

/** Opens the stream; the browser resumes it by Last-Event-ID, and this opens a new one where the browser gave up. */
export const openLive = (url: string): (() => void) => {
  let isFirst = true
  let stream: EventSource | null = null
  let retry: ReturnType<typeof setTimeout> | undefined
  let patience: ReturnType<typeof setTimeout> | undefined
  const lose = (): void => {
    patience ??= setTimeout(() => {
      link.set('polling')
    }, PATIENCE_MS)
  }
  const connect = (): void => {
    stream = new EventSource(url)
    lose()
    stream.onopen = () => {
      clearTimeout(patience)
      patience = undefined
      link.set('live')
      if (!isFirst) tell({ kind: 'resumed' })
      isFirst = false
    }
    stream.onerror = () => {
      if (link.get() === 'live') link.set('connecting')
      lose()
      if (stream?.readyState === EventSource.CLOSED) retry = setTimeout(connect, RETRY_MS)
    }
    hearRecords(stream)
  }
  const stop = (): void => {
    stream?.close()
    clearTimeout(retry)
    clearTimeout(patience)
    patience = undefined
  }
  // A browser has six connections to a host: tabs that nobody sees must not hold them.
  const onVisibility = (): void => {
    stop()
    if (document.visibilityState === 'visible') connect()
  }
  connect()
  document.addEventListener('visibilitychange', onVisibility)
  return () => {
    document.removeEventListener('visibilitychange', onVisibility)
    stop()
  }
}

const hearRecords = (stream: EventSource): void => {
  RECORD_KINDS.forEach((kind) => {
    stream.addEventListener(kind, (event: MessageEvent<string>) => {
      tell({ kind, record: JSON.parse(event.data) as never })
    })
  })
  stream.addEventListener('tick', (event: MessageEvent<string>) => {
    noteStatus(JSON.parse(event.data) as Parameters<typeof noteStatus>[0])
    tell({ kind: 'tick' })
  })
  stream.addEventListener('gap', () => {
    tell({ kind: 'resumed' })
  })
}
