import type { Run, Score } from '../../../../schemas/events.ts'
import { OUR_RULE } from '../../../../schemas/measures.ts'
import { duration, percent } from '../../lib/format.ts'
import { RULE_DOCS } from '../../lib/rules.ts'
import { Message } from '../../parts/asked.tsx'
import { OutcomeMark } from '../../parts/outcome-mark.tsx'
import { Panel } from '../../parts/panel.tsx'
import { ScrollX } from '../../parts/scroll-x.tsx'

/** What was said against what happened, for our rule and every baseline. */
export const ScorePanel = ({ score, run }: { readonly score: Score | null; readonly run: Run }) => (
  <Panel title="Score" note={score === null ? undefined : verdictOf(score)}>
    {score === null ? (
      <Message title="Not scored yet">
        {run.phase === 'finished'
          ? 'The score follows the end of the run.'
          : 'Every forecast is scored when the run ends.'}
      </Message>
    ) : (
      <>
        <p class="row">
          <OutcomeMark name={score.outcome} /> after <b>{duration(score.durationSeconds)}</b>
          {score.failed === null && <span class="tag">no class: reported, not scored</span>}
        </p>
        <RulesTable score={score} />
        {score.checkpoints.length > 0 && <CheckpointsTable score={score} />}
      </>
    )}
  </Panel>
)

const verdictOf = (score: Score): string => {
  const ours = score.rules.find(({ rule }) => rule === OUR_RULE)
  if (ours === undefined || ours.stopSeconds === null) return 'our rule let it run'
  const at = duration(ours.stopSeconds)
  if (score.failed === null) return `our rule said stop at ${at}`
  return score.failed
    ? `our rule said stop at ${at}: ${duration(ours.savedSeconds)} saved`
    : `false stop at ${at}: ${duration(ours.burntSeconds)} burnt`
}

const RulesTable = ({ score }: { readonly score: Score }) => (
  <ScrollX label="Where each rule would have stopped this run">
    <table>
      <thead>
        <tr>
          <th scope="col">Rule</th>
          <th scope="col" class="number">
            Stop at
          </th>
          <th scope="col" class="number">
            Saved
          </th>
          <th scope="col" class="number">
            Burnt
          </th>
        </tr>
      </thead>
      <tbody>
        {score.rules.map(({ rule, stopSeconds, savedSeconds, burntSeconds }) => (
          <tr key={rule} class={rule === OUR_RULE ? 'ours' : undefined}>
            <td title={RULE_DOCS[rule]}>{rule}</td>
            <td class="number">{stopSeconds === null ? 'never' : duration(stopSeconds)}</td>
            <td class="number">{savedSeconds > 0 ? duration(savedSeconds) : '0'}</td>
            <td class="number">{burntSeconds > 0 ? duration(burntSeconds) : '0'}</td>
          </tr>
        ))}
      </tbody>
    </table>
  </ScrollX>
)

const CheckpointsTable = ({ score }: { readonly score: Score }) => (
  <ScrollX label="Forecasts at the checkpoints">
    <table>
      <thead>
        <tr>
          <th scope="col">At share of median pass</th>
          <th scope="col" class="number">
            Chance to fail
          </th>
          <th scope="col" class="number">
            Base rate
          </th>
          <th scope="col" class="number">
            Left, expected
          </th>
          <th scope="col" class="number">
            Left, true
          </th>
        </tr>
      </thead>
      <tbody>
        {score.checkpoints.map((check) => (
          <tr key={check.at}>
            <td>{percent(check.at)}</td>
            <td class="number">{percent(check.pFail)}</td>
            <td class="number">{percent(check.base)}</td>
            <td class="number">{duration(check.remaining)}</td>
            <td class="number">{duration(check.actual)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  </ScrollX>
)
