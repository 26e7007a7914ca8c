import type { ComponentChildren } from 'preact'

export type Fact = readonly [name: string, value: ComponentChildren]

/** Names and values: one a line, or beside each other where `isWide`; what is null is left out. */
export const Facts = ({
  of,
  isWide = false,
}: {
  readonly of: readonly Fact[]
  readonly isWide?: boolean
}) => (
  <dl class={isWide ? 'facts wide' : 'facts'}>
    {of
      .filter(([, value]) => value !== null && value !== undefined)
      .map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
  </dl>
)
