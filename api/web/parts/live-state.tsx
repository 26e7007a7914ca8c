import { useEffect, useState } from 'preact/hooks'
import { link } from '../data/live.ts'
import { status } from '../data/status.ts'
import { useStore } from '../data/store.ts'
import { clock, dateTime, duration } from '../lib/format.ts'

/** Without a word for so long, what is shown is called stale. */
const STALE_MS = 15_000

const WORDS = {
  live: 'Live',
  connecting: 'Connecting',
  polling: 'Polling',
  stale: 'Stale',
} as const

const useWall = (): number => {
  const [wall, setWall] = useState(Date.now)
  useEffect(() => {
    const timer = setInterval(() => {
      setWall(Date.now())
    }, 1000)
    return () => {
      clearInterval(timer)
    }
  }, [])
  return wall
}

/** Whether the page is live, the instant it is true at, and how far the pipeline is behind. */
export const LiveState = () => {
  const state = useStore(link)
  const heard = useStore(status)
  const wall = useWall()
  const isStale = heard !== null && wall - heard.heardAt > STALE_MS
  const shown = isStale ? 'stale' : state
  return (
    <p class="link" data-state={shown}>
      <i aria-hidden="true" />
      <span role="status">{WORDS[shown]}</span>
      {heard !== null && (
        <span title={`Everything shown is true as of ${dateTime(heard.asOf)}, pipeline time`}>
          {isStale ? (
            `nothing heard for ${duration((wall - heard.heardAt) / 1000)}`
          ) : (
            <>
              as of {isToday(heard.asOf, wall) ? clock(heard.asOf, true) : dateTime(heard.asOf)}
              <span class="wide-only"> · lag {duration(heard.lagMs / 1000)}</span>
            </>
          )}
        </span>
      )}
    </p>
  )
}

const isToday = (at: number, wall: number): boolean => Math.abs(wall - at) < 43_200_000
