import type { TestWord } from '../../../schemas/events.ts'
import { WORD_LOOKS } from '../lib/tests.ts'

/** What a test is called: a sign, a word and a colour. */
export const WordChip = ({ of }: { readonly of: TestWord }) => {
  const { sign, word, tone, doc } = WORD_LOOKS[of]
  return (
    <span class={`chip w-${tone}`} title={doc}>
      <i aria-hidden="true">{sign}</i>
      {word}
    </span>
  )
}
