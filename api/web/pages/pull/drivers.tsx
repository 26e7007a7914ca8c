import type { MergeForecast } from '../../../../schemas/events.ts'
import { factorText } from '../../lib/pulls.ts'
import { Message } from '../../parts/asked.tsx'
import { Facts } from '../../parts/facts.tsx'

/** What makes it quicker or slower than usual, the strongest first. */
export const Drivers = ({ of }: { readonly of: MergeForecast }) => {
  const drivers = Object.entries(of.drivers).sort(([, a], [, b]) => Math.abs(b) - Math.abs(a))
  return drivers.length === 0 ? (
    <Message title="Nothing out of the usual" />
  ) : (
    <Facts
      of={drivers.map(
        ([name, by]) => [name, `${by < 0 ? 'sooner' : 'later'}, time ${factorText(by)}`] as const,
      )}
    />
  )
}
