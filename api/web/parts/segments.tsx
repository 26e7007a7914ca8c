import { useId } from 'preact/hooks'

/** A choice of one of a few, as a row of radio buttons: one tab stop, arrows within. */
export const Segments = <T extends string>({
  label,
  options,
  chosen,
  onChoose,
}: {
  readonly label: string
  readonly options: readonly (readonly [value: T, word: string])[]
  readonly chosen: T
  readonly onChoose: (value: T) => void
}) => {
  const name = useId()
  return (
    <div class="segments" role="radiogroup" aria-label={label}>
      {options.map(([value, word]) => (
        <label key={value}>
          <input
            type="radio"
            name={name}
            checked={value === chosen}
            onChange={() => {
              onChoose(value)
            }}
          />
          {word}
        </label>
      ))}
    </div>
  )
}
