import type { ComponentChildren } from 'preact'

/** A place that scrolls sideways where it is too narrow, by keyboard too. */
export const ScrollX = ({
  label,
  children,
}: {
  readonly label: string
  readonly children: ComponentChildren
}) => (
  <div class="scroll-x" tabIndex={0} role="group" aria-label={label}>
    {children}
  </div>
)
