/** Keeps of each pull request what its measures need. */

import type { MergeForecast, MergeScore } from '../../schemas/events.ts'
import { key } from '../../schemas/keys.ts'

/** A pull request with what was said when it was opened. */
export interface Opening {
  readonly forecast: MergeForecast
  /** Its end, null while it is open. */
  score: MergeScore | null
}
export interface MergeCollector {
  forecast(forecast: MergeForecast): void
  score(score: MergeScore): void
  /** In order of opening. */
  collected(): Opening[]
}

/** First heard of later than this after it was opened, a forecast is none at the opening. */
const AT_OPENING_SECONDS = 3_600

const nameOf = ({ source, repo, pull }: MergeForecast | MergeScore): string =>
  key(source, repo, String(pull))

/** Collects the records of one back-test; a later score of the same pull request replaces the earlier one. */
export const createMergeCollector = (): MergeCollector => {
  const openings = new Map<string, Opening>()
  return {
    forecast(forecast) {
      const name = nameOf(forecast)
      if (forecast.elapsedSeconds <= AT_OPENING_SECONDS && !openings.has(name))
        openings.set(name, { forecast, score: null })
    },
    score(score) {
      const opening = openings.get(nameOf(score))
      if (opening !== undefined) opening.score = score
    },
    collected: () =>
      [...openings.values()].sort((a, b) => a.forecast.openedAt - b.forecast.openedAt),
  }
}
