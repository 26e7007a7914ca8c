/** Chances as log odds, on which evidence adds up. */

export const logOdds = (p: number): number => Math.log(p / (1 - p))
export const fromLogOdds = (odds: number): number => 1 / (1 + Math.exp(-odds))
