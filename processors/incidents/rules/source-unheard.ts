/**
 * A14: a source of facts cannot be heard: where it does not accept its credentials at once, else when it is stale. Or its quota
 * of requests is nearly used up: then it soon will not be heard.
 */

import { percent } from '../../../schemas/percent.ts'
import { HOUR, limit, type SourceRule } from '../rule.ts'

/** Reasons that nobody but people can mend: waiting helps nothing. */
const FOR_PEOPLE: ReadonlySet<string> = new Set(['unauthorised', 'forbidden-host', 'internal'])

export const sourceUnheard: SourceRule<'quota' | 'keep'> = {
  of: 'source',
  name: 'source-unheard',
  code: 'A14',
  severity: 'critical',
  per: 'source',
  doc: 'A source is stale, fails for a reason that only people can mend, or has less than `quota` of its requests left. Over when it is heard again, with `keep` of them left.',
  advice:
    'Look at its address, its credentials and its quota; `stopline doctor` tries it. Until then nothing is known of its runs.',
  coolDownMs: HOUR,
  limits: {
    quota: limit(
      0.1,
      'ratio',
      [0, 0.5],
      'Share of the quota of requests below which it is raised.',
    ),
    keep: limit(0.2, 'ratio', [0, 0.5], 'Share of it from which it is over.'),
  },
  isRaised: ({ state, reason, quotaLeft }, limits, isHeld) =>
    state === 'stale' ||
    (state === 'failing' && (isHeld || FOR_PEOPLE.has(reason ?? ''))) ||
    (quotaLeft !== null && quotaLeft < (isHeld ? limits.keep : limits.quota)),
  words: ({ source, state, reason, detail, failures, quotaLeft }) =>
    state === 'heard' && quotaLeft !== null
      ? {
          title: `${source} has ${percent(quotaLeft)} of its quota of requests left`,
          signal: 'it is still heard',
        }
      : {
          title: `${source} cannot be heard: ${reason ?? 'unknown'}${detail === null ? '' : `, ${detail}`}`,
          signal: `${failures} rounds in a row failed`,
        },
}
