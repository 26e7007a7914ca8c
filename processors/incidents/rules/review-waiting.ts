/** A16: pull requests wait for a first review longer than nine in ten did. */

import { DAY, limit, spoken, type PullRule } from '../rule.ts'

const FEWEST = 10

export const reviewWaiting: PullRule<'least' | 'quantile'> = {
  of: 'review',
  name: 'review-waiting',
  code: 'A16',
  severity: 'info',
  per: 'repo',
  doc: 'A pull request has waited for its first review for `least`, and for longer than `quantile` of the last 100 that got one, of which at least 10 are known. Over when it is reviewed, merged or closed. Told once a day, for all of a repository.',
  advice: 'Ask for a review, or say that none will come.',
  coolDownMs: DAY,
  isDigest: true,
  limits: {
    least: limit(86_400, 'seconds', [3_600, 31_536_000], 'Shorter waits are never told.'),
    quantile: limit(0.9, 'ratio', [0.5, 1], 'Quantile of waits that ended.'),
  },
  afterSeconds: (past, { least, quantile }) => {
    if (past.length < FEWEST) return null
    const sorted = [...past].sort((a, b) => a - b)
    return Math.max(least, sorted[Math.ceil(quantile * sorted.length) - 1] ?? least)
  },
  words: ({ repo, pull, seconds }) => ({
    title: `${repo} pull request ${pull} has waited ${spoken(seconds)} for a review`,
    signal: 'longer than nine in ten of those that got one',
  }),
}
