import { useNow } from '../../data/status.ts'
import { dateTime, duration, percent, range } from '../../lib/format.ts'
import type { PullAnswer } from '../../lib/pulls.ts'
import { query } from '../../lib/routes.ts'
import { Tile } from '../../parts/tile.tsx'

/** Name and state of a pull request, and what is expected of it. */
export const PullHead = ({ answer }: { readonly answer: PullAnswer }) => {
  const { forecast, expected, score } = answer
  return (
    <>
      <div class="page-head">
        <nav aria-label="Path" class="crumbs small">
          <a href="/pulls">Pull requests</a>
          <span aria-hidden="true">/</span>
          <a href={`/jobs${query({ q: forecast.repo })}`}>{forecast.repo}</a>
          {forecast.source === 'demo' && <span class="tag simulated">simulated</span>}
        </nav>
        <h1>
          #{forecast.pull} {forecast.title}
        </h1>
      </div>
      <dl class="tiles head">
        {expected !== null ? (
          <OpenTiles forecast={forecast} at={expected.at} />
        ) : (
          <>
            <Tile
              name="State"
              value={score?.merged === true ? 'merged' : 'closed'}
              under={dateTime(score?.eventAt)}
            />
            <Tile name="It took" value={duration(score?.seconds)} under="from opening to its end" />
            <Tile
              name="Expected first"
              value={duration(score?.looks[0]?.p50)}
              under={`80 % range ${range(score?.looks[0]?.p10, score?.looks[0]?.p90, duration)}`}
            />
          </>
        )}
        <Tile
          name="Rests on"
          value={`${forecast.merged} merges`}
          under={`and ${forecast.closed} closed without, by ${forecast.model}`}
        />
      </dl>
    </>
  )
}

const OpenTiles = ({
  forecast,
  at,
}: Pick<PullAnswer, 'forecast'> & { readonly at: Readonly<Record<string, number>> }) => {
  const age = Math.max(0, (useNow() - forecast.openedAt) / 1000)
  return (
    <>
      <Tile
        name="Open"
        value={duration(age)}
        under={`since ${dateTime(forecast.openedAt)}${forecast.author === null ? '' : ` by ${forecast.author}`}`}
      />
      <Tile
        name="Expected merge"
        value={dateTime(at['p50'])}
        under={`half: ${range(at['p25'], at['p75'], dateTime)}`}
      />
      <Tile
        name="Nine of ten"
        value={duration(forecast.quantiles['p95'])}
        under={range(at['p05'], at['p95'], dateTime)}
      />
      <Tile name="Merges at all" value={percent(forecast.pMerge)} under={signsText(forecast)} />
    </>
  )
}
const signsText = ({ signs }: PullAnswer['forecast']): string =>
  signs.length === 0 ? 'nothing is seen of it yet' : signs.join(', ')
