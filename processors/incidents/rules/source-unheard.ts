/** A14: a source of facts cannot be heard: where it does not accept its credentials at once, else when it is stale. */

import { HOUR, type SourceRule } from '../rule.ts'

/** Reasons that nobody but people can mend: waiting helps nothing. */
const FOR_PEOPLE: ReadonlySet<string> = new Set(['unauthorised', 'forbidden-host', 'internal'])

export const sourceUnheard: SourceRule<never> = {
  of: 'source',
  name: 'source-unheard',
  code: 'A14',
  severity: 'critical',
  per: 'source',
  doc: 'A source is stale, or fails for a reason that only people can mend. Over when it is heard again.',
  advice:
    'Look at its address, its credentials and its quota; `stopline doctor` tries it. Until then nothing is known of its runs.',
  coolDownMs: HOUR,
  limits: {},
  isRaised: ({ state, reason }, _limits, isHeld) =>
    state === 'stale' || (state === 'failing' && (isHeld || FOR_PEOPLE.has(reason ?? ''))),
  words: ({ source, reason, detail, failures }) => ({
    title: `${source} cannot be heard: ${reason ?? 'unknown'}${detail === null ? '' : `, ${detail}`}`,
    signal: `${failures} rounds in a row failed`,
  }),
}
