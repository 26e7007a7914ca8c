import type { ComponentChildren } from 'preact'
import { useId } from 'preact/hooks'

/** A titled region. `note` says what is shown and in which unit. */
export const Panel = ({
  title,
  note,
  isFlush = false,
  children,
}: {
  readonly title: string
  readonly note?: ComponentChildren
  readonly isFlush?: boolean
  readonly children: ComponentChildren
}) => {
  const id = useId()
  return (
    <section class={isFlush ? 'panel flush' : 'panel'} aria-labelledby={id}>
      <header>
        <h2 id={id}>{title}</h2>
        {note !== undefined && <div class="quiet small">{note}</div>}
      </header>
      {children}
    </section>
  )
}
