import type { ComponentChildren } from 'preact'

/** Names and values, one a line; what is null is left out. */
export const Facts = ({
  of,
}: {
  readonly of: readonly (readonly [name: string, value: ComponentChildren])[]
}) => (
  <dl class="facts">
    {of
      .filter(([, value]) => value !== null && value !== undefined)
      .flatMap(([name, value]) => [
        <dt key={`${name}/name`}>{name}</dt>,
        <dd key={name}>{value}</dd>,
      ])}
  </dl>
)
