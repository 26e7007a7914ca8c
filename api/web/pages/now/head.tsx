import type { Incident } from '../../../../schemas/events.ts'
import { now } from '../../data/status.ts'
import { useAnswer, type Asked } from '../../data/use-answer.ts'
import type { Savings } from '../../lib/answers.ts'
import { count, hours, percent, range } from '../../lib/format.ts'
import { FALSE_STOP_BOUND } from '../../lib/rules.ts'
import { OUR_RULE } from '../../../../schemas/measures.ts'
import { chanceOf, type Rows } from '../../lib/running.ts'
import { Tile } from '../../parts/tile.tsx'

const LIKELY = 0.8

/** The state of the community in six figures. */
export const Head = ({
  rows,
  queued,
  incidents,
}: {
  readonly rows: Rows | null
  readonly queued: Asked<readonly unknown[]>
  readonly incidents: Asked<readonly Incident[]>
}) => {
  const at = now()
  const likely = [...(rows?.values() ?? [])].filter((row) => chanceOf(row, at).p > LIKELY).length
  const open = incidents.state === 'ready' ? incidents.data.length : null
  return (
    <dl class="tiles head">
      <Tile name="Running" value={count(rows?.size)} under="runs with a forecast" />
      <Tile
        name="Queued"
        value={
          queued.state === 'ready' ? (
            <a href="/clusters" aria-label={`${count(queued.data.length)} queued runs`}>
              {count(queued.data.length)}
            </a>
          ) : (
            '—'
          )
        }
        under="runs that wait for a machine"
      />
      <Tile
        name="Likely to fail"
        value={rows === null ? '—' : count(likely)}
        under={`chance above ${percent(LIKELY)}`}
      />
      <Tile
        name="Open incidents"
        value={
          <a href="/incidents" aria-label={`${count(open)} open incidents`}>
            {count(open)}
          </a>
        }
        under="of all sources"
      />
      <SavedTiles />
    </dl>
  )
}

/** What stops would have saved and burnt, never one without the other. */
const SavedTiles = () => {
  const asked = useAnswer<Savings>('/v1/savings?window=14d', { on: ['score'], everyMs: 10_000 })
  const ours =
    asked.state === 'ready' ? asked.data.rules.find(({ rule }) => rule === OUR_RULE) : undefined
  const falseStops = ours?.falseStopRate
  return (
    <>
      <Tile
        name="Net saved, 14 days"
        value={hours(ours?.netSeconds)}
        under={
          ours === undefined
            ? 'no run was scored yet'
            : `saved ${hours(ours.savedSeconds)}, burnt ${hours(ours.burntSeconds)}`
        }
      />
      <Tile
        name="False stops, 14 days"
        value={percent(falseStops?.value)}
        under={
          falseStops === undefined
            ? `the bound is ${percent(FALSE_STOP_BOUND)}`
            : `${count(falseStops.numerator)} of ${count(falseStops.denominator)} passing, ${range(falseStops.low, falseStops.high, percent)}`
        }
        title="Share of passing runs that our rule would have stopped, with its 95 % interval; the bound is 1 %"
      />
    </>
  )
}
