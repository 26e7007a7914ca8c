import { useNow } from '../data/status.ts'
import { dateTime, duration } from '../lib/format.ts'

/** How long ago an instant was in pipeline time, ticking; the instant itself in the title. */
export const TimeAgo = ({ at }: { readonly at: number }) => {
  const now = useNow()
  return (
    <time dateTime={new Date(at).toISOString()} title={dateTime(at)}>
      {now < at + 1000 ? 'just now' : `${duration((now - at) / 1000)} ago`}
    </time>
  )
}
