/** An answer of the API that stays fresh: asked again on live events, or by the clock where there are none. */

import { useCallback, useEffect, useRef, useState } from 'preact/hooks'
import { ask, askAll, AskError, type Answer } from './ask.ts'
import { link, onLive, type LiveKind } from './live.ts'
import { useStore } from './store.ts'

export type Asked<T> =
  | { readonly state: 'loading' }
  | { readonly state: 'failed'; readonly error: AskError }
  | { readonly state: 'ready'; readonly data: T; readonly answer: Answer<T> }

export interface AskOptions {
  /** Live events after which to ask again, at most every `everyMs`. */
  readonly on?: readonly LiveKind[]
  readonly everyMs?: number
  /** For a list: follow its pages up to so many rows. */
  readonly rows?: number
}

const POLL_MS = 5000

/** Asks `path` (null: nothing yet) and keeps the last answer while a newer one is on its way. */
export const useAnswer = <T>(path: string | null, options: AskOptions = {}): Asked<T> => {
  const [asked, setAsked] = useState<Asked<T> & { readonly path?: string | null }>({
    state: 'loading',
  })
  const isPolling = useStore(link) === 'polling'
  const { rows, everyMs = 3000 } = options
  const kinds = options.on?.join(' ') ?? ''

  const load = useCallback(
    async (signal: AbortSignal): Promise<void> => {
      if (path === null) return
      try {
        const answer = (
          rows === undefined ? await ask<T>(path, signal) : await askAll(path, rows, signal)
        ) as Answer<T>
        if (!signal.aborted) setAsked({ state: 'ready', data: answer.data, answer, path })
      } catch (error) {
        if (!signal.aborted && error instanceof AskError)
          setAsked((before) =>
            before.state === 'ready' && before.path === path && error.status === 0
              ? before
              : { state: 'failed', error, path },
          )
      }
    },
    [path, rows],
  )
  useRefresh(load, isPolling ? POLL_MS : everyMs, kinds, isPolling)
  return asked.path === path || asked.state === 'loading' ? asked : { state: 'loading' }
}

/** Loads at once, then after each of `kinds`, never more often than `everyMs`; by the clock while polling. */
const useRefresh = (
  load: (signal: AbortSignal) => Promise<void>,
  everyMs: number,
  kinds: string,
  isPolling: boolean,
): void => {
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  useEffect(() => {
    const stop = new AbortController()
    const again = (): void => {
      timer.current ??= setTimeout(() => {
        timer.current = undefined
        void load(stop.signal)
      }, everyMs)
    }
    void load(stop.signal)
    const poll = isPolling ? setInterval(() => void load(stop.signal), everyMs) : undefined
    const wanted = new Set(kinds.split(' '))
    const off = onLive((event) => {
      if (event.kind === 'resumed') void load(stop.signal)
      else if (wanted.has(event.kind)) again()
    })
    return () => {
      stop.abort()
      off()
      clearTimeout(timer.current)
      timer.current = undefined
      clearInterval(poll)
    }
  }, [load, everyMs, kinds, isPolling])
}
