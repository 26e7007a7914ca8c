import { OUTCOME_LOOKS, type MarkName } from '../lib/outcomes.ts'

/** An outcome as a shape in its colour, with its word beside it or for screen readers. */
export const OutcomeMark = ({
  name,
  isBare = false,
}: {
  readonly name: MarkName
  readonly isBare?: boolean
}) => {
  const look = OUTCOME_LOOKS[name]
  return (
    <span class={`outcome o-${name}`}>
      <svg class="mark" viewBox="0 0 16 16" aria-hidden="true">
        <path d={look.path} />
      </svg>
      <span class={isBare ? 'unseen' : undefined}>{look.word}</span>
    </span>
  )
}
