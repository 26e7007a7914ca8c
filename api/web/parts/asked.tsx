import type { ComponentChildren } from 'preact'
import type { Answer } from '../data/ask.ts'
import type { Asked } from '../data/use-answer.ts'
import { TokenForm } from './token-form.tsx'

/** What stands where something would be: what is missing, and the next step. */
export const Message = ({
  title,
  children,
}: {
  readonly title: string
  readonly children?: ComponentChildren
}) => (
  <div class="message">
    <strong>{title}</strong>
    {children !== undefined && <div>{children}</div>}
  </div>
)

/** Draws an answer once it is there; says so while it is not, and why where it will not be. */
export const WhenReady = <T,>({
  asked,
  what,
  children,
}: {
  readonly asked: Asked<T>
  /** What is asked for, for the texts: `the jobs`. */
  readonly what: string
  readonly children: (data: T, answer: Answer<T>) => ComponentChildren
}) => {
  if (asked.state === 'ready') return <>{children(asked.data, asked.answer)}</>
  if (asked.state === 'loading')
    return (
      <div class="message" role="status">
        <span class="pulse">Asking for {what} …</span>
      </div>
    )
  return (
    <div class="message" role="alert">
      <strong>
        {asked.error.status === 404 ? `Nothing is known of ${what}` : `Could not get ${what}`}
      </strong>
      <div>{asked.error.message}</div>
      {asked.error.status === 401 && <TokenForm />}
    </div>
  )
}
