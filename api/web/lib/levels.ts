/** How a level of advice is shown and ordered. */

import type { Level } from '../../../schemas/events.ts'

/** Levels from the strongest to the weakest advice. */
export const LEVELS: readonly Level[] = ['stop', 'advise', 'watch', 'continue', 'abstain']

/** `sign` is shown before the word, so that a level is known without its colour. */
export const LEVEL_LOOKS: Record<Level, { readonly sign: string; readonly doc: string }> = {
  stop: {
    sign: '■',
    doc: 'stopping now saves more than it risks, within the bound of false stops',
  },
  advise: { sign: '▲', doc: 'stopping would pay, but the bound of false stops is not shown yet' },
  watch: { sign: '◆', doc: 'likely to fail, stopping would not pay yet' },
  continue: { sign: '›', doc: 'worth its machine' },
  abstain: { sign: '○', doc: 'too little is known to advise' },
}
