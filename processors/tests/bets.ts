/**
 * A test of a failure rate that may be looked at after every result: bets against "it fails no more often than its basis
 * bound p0". After each failure a new bet is opened with a share of the capital fixed beforehand, the j-th with
 * 1/(j(j+1)), and its stake is spread over four rates above p0. The whole is a non-negative supermartingale that starts at
 * 1 while the rate stays at or below p0, so it ever reaches 40 with a chance of 1/40 at most (Ville 1939; Shafer 2021; Shin,
 * Ramdas and Rinaldo 2023 for starts mixed over time). The bound p0 itself holds with 97.5 %: 5 % in all, at every look.
 */

/** What is staked: kept from result to result. */
export interface Bets {
  starts: number
  stakes: number[]
}
/** Wealth at which the basis is given up. */
export const RUIN = 40
/** Where between p0 and 1 the rates lie that are bet on. */
const RATES = [0.1, 0.3, 0.6, 0.9]

export const noStakes = (): number[] => RATES.map(() => 0)

/** Bets on one result, then opens a new bet if it failed. Where p0 is 1 nothing can be won. Changes `bets`. */
export const bet = (bets: Bets, hasFailed: boolean, p0: number): void => {
  RATES.forEach((share, i) => {
    const rate = p0 + (1 - p0) * share
    const odds = p0 >= 1 ? 1 : hasFailed ? rate / p0 : (1 - rate) / (1 - p0)
    bets.stakes[i] = (bets.stakes[i] ?? 0) * odds
  })
  if (!hasFailed) return
  bets.starts += 1
  const stake = 1 / (bets.starts * (bets.starts + 1)) / RATES.length
  bets.stakes = bets.stakes.map((sofar) => sofar + stake)
}

/**
 * Wealth: stakes plus the capital that waits for later starts. Example: at p0 = .1 one failure stakes half and leaves half;
 * a second one multiplies the stakes by 1.9, 3.7, 6.4 and 9.1, so that wealth is .5 · 5.275 + .5 = 3.1375.
 */
export const wealthOf = ({ starts, stakes }: Bets): number =>
  1 / (starts + 1) + stakes.reduce((sum, stake) => sum + stake, 0)
