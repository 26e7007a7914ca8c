/** The running runs, kept up by the stream in batches of a few a second. */

import { useEffect, useRef, useState } from 'preact/hooks'
import { onLive } from '../../data/live.ts'
import { useAnswer, type Asked } from '../../data/use-answer.ts'
import type { RunAnswer } from '../../lib/answers.ts'
import { applyChanges, rowsOf, type RowChange, type Rows } from '../../lib/running.ts'

const BATCH_MS = 250
const ROWS = 1000
const KINDS = new Set(['forecast', 'decision', 'run', 'score'])

/** Rows by run key; null until the first answer. */
export const useRunning = (): { rows: Rows | null; asked: Asked<readonly RunAnswer[]> } => {
  // Asked again now and then, so that an event that was missed does not stay missed.
  const asked = useAnswer<readonly RunAnswer[]>('/v1/runs?state=running&limit=200', {
    rows: ROWS,
    on: ['tick'],
    everyMs: 30_000,
  })
  const [rows, setRows] = useState<Rows | null>(null)
  const waiting = useRef<RowChange[]>([])
  const answer = asked.state === 'ready' ? asked.data : null

  useEffect(() => {
    if (answer !== null) setRows(applyChanges(rowsOf(answer), waiting.current))
  }, [answer])
  useEffect(() => {
    const off = onLive((event) => {
      if (KINDS.has(event.kind)) waiting.current.push(event as RowChange)
    })
    const timer = setInterval(() => {
      setRows((before) => {
        if (before === null) return before
        const changes = waiting.current
        waiting.current = []
        return applyChanges(before, changes)
      })
    }, BATCH_MS)
    return () => {
      off()
      clearInterval(timer)
    }
  }, [])
  return { rows, asked }
}
