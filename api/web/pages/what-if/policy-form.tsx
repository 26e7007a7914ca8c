import { useId } from 'preact/hooks'
import type { WhatIfPolicy } from '../../../../schemas/what-if.ts'
import { POLICY_KEYS, SLIDERS, type Slider } from './policy.ts'

/** A slider for each number of the policy. */
export const PolicyForm = ({
  policy,
  onChange,
}: {
  readonly policy: WhatIfPolicy
  readonly onChange: (policy: WhatIfPolicy) => void
}) => (
  <div class="sliders">
    {POLICY_KEYS.map((name) => (
      <SliderRow
        key={name}
        slider={SLIDERS[name]}
        value={policy[name]}
        onChange={(value) => {
          onChange({ ...policy, [name]: value })
        }}
      />
    ))}
  </div>
)

const SliderRow = ({
  slider,
  value,
  onChange,
}: {
  readonly slider: Slider
  readonly value: number
  readonly onChange: (value: number) => void
}) => {
  const id = useId()
  const { name, low, high, step, write, doc } = slider
  return (
    <div class="slider">
      <label for={id}>{name}</label>
      <output for={id}>{write(value)}</output>
      <input
        id={id}
        type="range"
        min={low}
        max={high}
        step={step}
        value={value}
        aria-valuetext={write(value)}
        aria-describedby={`${id}-doc`}
        onInput={(event) => {
          onChange(event.currentTarget.valueAsNumber)
        }}
      />
      <p class="small quiet" id={`${id}-doc`}>
        {doc}
      </p>
    </div>
  )
}
