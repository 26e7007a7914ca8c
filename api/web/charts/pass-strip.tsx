import { useLayoutEffect, useRef, useState } from 'preact/hooks'
import type { JobRef } from '../../../schemas/events.ts'
import type { RunMark } from '../../../schemas/views.ts'
import { durationSeconds } from '../../../schemas/outcomes.ts'
import { dateTime, duration } from '../lib/format.ts'
import { markOf, OUTCOME_LOOKS } from '../lib/outcomes.ts'
import { runPath } from '../lib/routes.ts'

const STEPS: Readonly<Record<string, number>> = { ArrowLeft: -1, ArrowRight: 1 }

/** One cell per run, newest right, each a link: one tab stop, arrows, Home and End within. */
export const PassStrip = ({
  job,
  runs,
}: {
  readonly job: JobRef
  /** Oldest first. */
  readonly runs: readonly RunMark[]
}) => {
  const list = useRef<HTMLOListElement>(null)
  const [at, setAt] = useState<number | null>(null)
  const last = runs.length - 1
  useLayoutEffect(() => {
    list.current?.scrollTo({ left: list.current.scrollWidth })
  }, [last])
  const onKeyDown = (event: KeyboardEvent): void => {
    const from = at ?? last
    const to =
      event.key === 'Home' ? 0 : event.key === 'End' ? last : from + (STEPS[event.key] ?? 0)
    if (to === from || to < 0 || to > last) return
    event.preventDefault()
    setAt(to)
    list.current?.querySelectorAll('a')[to]?.focus()
  }
  return (
    <ol class="strip" ref={list} onKeyDown={onKeyDown} aria-label="Runs, oldest first">
      {runs.map((run, i) => (
        <StripCell
          key={`${run.runId}#${run.attempt}`}
          job={job}
          run={run}
          isStop={i === (at ?? last)}
        />
      ))}
    </ol>
  )
}

const StripCell = ({
  job,
  run,
  isStop,
}: {
  readonly job: JobRef
  readonly run: RunMark
  readonly isStop: boolean
}) => {
  const mark = markOf(run)
  const when = dateTime(run.startedAt ?? run.queuedAt ?? run.finishedAt)
  const text = `${OUTCOME_LOOKS[mark].word}, ${duration(durationSeconds(run))}, ${when}, run ${run.runId}`
  return (
    <li class={`o-${mark}`}>
      <a
        href={runPath({ ...job, runId: run.runId, attempt: run.attempt })}
        tabIndex={isStop ? 0 : -1}
        aria-label={text}
        title={text}
      >
        <svg class="mark" viewBox="0 0 16 16" aria-hidden="true">
          <path d={OUTCOME_LOOKS[mark].path} />
        </svg>
      </a>
    </li>
  )
}
