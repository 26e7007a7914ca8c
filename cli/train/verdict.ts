/** Whether a trained model may replace the one in service: only where it was better on data later than either was fitted on. */

/** A figure in thousandths of a nat a run, with its 95 % interval. */
interface Lead {
  readonly value: number
  readonly low: number
  readonly high: number
}
/** What `scores.json` says, as far as it matters here. */
export interface TrainedScores {
  readonly version: string
  readonly later: Readonly<Record<string, { readonly lead: Lead } | undefined>>
  readonly inService: {
    readonly version: string
    readonly runs: number
    readonly lead?: Lead
  } | null
}
export interface PromotionVerdict {
  readonly isBetter: boolean
  readonly reason: string
}

const inWords = ({ value, low, high }: Lead): string => `${value} [${low}, ${high}]`

/** Example: leads of 3.7 [.5, 6.6] over the formula and 1.2 [-.3, 2.7] over the model in service: it stays. */
export const verdictOn = ({ version, later, inService }: TrainedScores): PromotionVerdict => {
  const no = (reason: string): PromotionVerdict => ({ isBetter: false, reason })
  const formula = later['all that trained']?.lead
  if (formula === undefined) return no('it was not scored on later data')
  if (!(formula.low > 0))
    return no(`it is not shown to be better than the formula: ${inWords(formula)}`)
  const over = `better than the formula by ${inWords(formula)}`
  if (inService === null) return { isBetter: true, reason: `${over}; nothing was in service` }
  if (inService.version === version) return no('it is the one in service')
  if (inService.lead === undefined)
    return no(`there is no data later than ${inService.version} was fitted on`)
  const lead = inWords(inService.lead)
  return inService.lead.low > 0
    ? { isBetter: true, reason: `${over}, and than ${inService.version} by ${lead}` }
    : no(`it is not shown to be better than ${inService.version}: ${lead}`)
}
