import type { ComponentChildren } from 'preact'

/** One figure with its name, what it rests on, and room for a small picture. Inside `<dl class="tiles">`. */
export const Tile = ({
  name,
  value,
  under,
  title,
  children,
}: {
  readonly name: string
  readonly value: ComponentChildren
  readonly under?: ComponentChildren
  readonly title?: string | undefined
  readonly children?: ComponentChildren
}) => (
  <div class="tile" title={title}>
    <dt>{name}</dt>
    <dd class="value">{value}</dd>
    {under !== undefined && <dd class="under">{under}</dd>}
    {children !== undefined && <dd>{children}</dd>}
  </div>
)
