/**
 * Tells the slices of a run how it ended. Labels may come, or change, after the end: then the end is taken back from the
 * slices it was told before and told to the new ones, so that the order in which facts are heard does not matter.
 */

import type { AlertOwner, Run, RunEnd, SliceEnd } from '../../schemas/events.ts'
import { derivedId } from '../../schemas/ids.ts'
import { key } from '../../schemas/keys.ts'
import { endOf } from '../../schemas/outcomes.ts'
import { isOfRepo, slicesOf, type Slices } from '../../schemas/slices.ts'
import { settingsOf } from '../incidents/settings.ts'
import { drop, emit, type Cells, type Effect, type Processor } from '../processor.ts'
import { ownerAt, TENURES } from './owners.ts'

export const slicing: Processor = {
  name: 'slicing',
  inputs: ['ci.runs.v1'],
  broadcasts: ['ci.alert-settings.v1'],
  outputs: ['ci.slice-ends.v1'],
  cells: { owners: TENURES },
  wants: (record) => {
    const { change, slicesBefore } = record as Run
    return change === 'finished' || change === 'corrected' || slicesBefore !== null
  },
  step: (cells, _key, input, now, tables) => {
    if (input.kind === 'timer') return []
    const run = input.record as Run
    const { owners } = settingsOf(tables)
    const told = endOf(run)
    const mine = slicesOf(run)
    const effects: Effect[] = []
    if (run.change !== 'finished') {
      // Where only labels have changed, the end before is this one.
      const before = run.change === 'corrected' ? run.before : told
      const slices = run.slicesBefore ?? mine
      if (before !== null) effects.push(...tell({ cells, owners, run, now }, before, slices, true))
    }
    if (told !== null) effects.push(...tell({ cells, owners, run, now }, told, mine, false))
    return effects.length === 0 ? [drop('no-use')] : effects
  },
}

interface Occasion {
  readonly cells: Cells
  readonly owners: readonly AlertOwner[]
  readonly run: Run
  readonly now: number
}

const tell = (occasion: Occasion, end: RunEnd, labels: Slices, takesBack: boolean): Effect[] => {
  const { run, now } = occasion
  const slices = withOwner(occasion, end, labels)
  const { source, repo } = run
  return [
    ...scoped(key(source, repo), slices, isOfRepo),
    ...scoped(key(source), slices, (dimension) => !isOfRepo(dimension)),
  ].map(([scope, own]) => {
    const told: SliceEnd = {
      eventId: derivedId(run.eventId, `slices/${takesBack ? 0 : 1}/${scope}`),
      ...{ eventAt: end.finishedAt, observedAt: now, scope, slices: own },
      ...end,
      takesBack,
    }
    return emit('ci.slice-ends.v1', told)
  })
}

const withOwner = ({ cells, owners, run, now }: Occasion, end: RunEnd, labels: Slices): Slices => {
  if (labels['owner'] !== undefined) return labels
  const owner = ownerAt(cells, owners, run, end.finishedAt, now)
  return owner === undefined ? labels : { ...labels, owner }
}

/** The slices of one scope; nothing where it has none. */
const scoped = (
  scope: string,
  slices: Slices,
  isOwn: (dimension: string) => boolean,
): [string, Record<string, string>][] => {
  const own = Object.entries(slices).filter(([dimension]) => isOwn(dimension))
  return own.length === 0 ? [] : [[scope, Object.fromEntries(own)]]
}
