/** The replay of a policy: asked when the sliders come to rest, and again when runs were scored. */

import { useEffect, useState } from 'preact/hooks'
import { ask, AskError } from '../../data/ask.ts'
import { onLive } from '../../data/live.ts'
import type { Asked } from '../../data/use-answer.ts'
import type { WhatIfAnswer } from './answer.ts'

/** A slider that moves asks nothing. */
const REST_MS = 120
const AGAIN_MS = 8_000

/** Asks for a body given as JSON text; the last answer stays while the next is on its way. */
export const useWhatIf = (body: string): Asked<WhatIfAnswer> => {
  const [asked, setAsked] = useState<Asked<WhatIfAnswer>>({ state: 'loading' })
  useEffect(() => {
    const stop = new AbortController()
    const load = async (): Promise<void> => {
      try {
        const answer = await ask<WhatIfAnswer>(
          '/v1/what-if/stop',
          stop.signal,
          JSON.parse(body) as object,
        )
        if (!stop.signal.aborted) setAsked({ state: 'ready', data: answer.data, answer })
      } catch (error) {
        if (!stop.signal.aborted && error instanceof AskError) setAsked({ state: 'failed', error })
      }
    }
    let timer: ReturnType<typeof setTimeout> | undefined
    const later = (ms: number): void => {
      timer ??= setTimeout(() => {
        timer = undefined
        void load()
      }, ms)
    }
    later(REST_MS)
    const off = onLive(({ kind }) => {
      if (kind === 'score' || kind === 'resumed') later(AGAIN_MS)
    })
    return () => {
      stop.abort()
      off()
      clearTimeout(timer)
    }
  }, [body])
  return asked
}
