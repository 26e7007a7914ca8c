import type { Level } from '../../../schemas/events.ts'
import { LEVEL_LOOKS } from '../lib/levels.ts'

/** The advice: a sign, a word and a colour. */
export const LevelChip = ({ level }: { readonly level: Level }) => (
  <span class={`chip l-${level}`} title={LEVEL_LOOKS[level].doc}>
    <i aria-hidden="true">{LEVEL_LOOKS[level].sign}</i>
    {level}
  </span>
)
