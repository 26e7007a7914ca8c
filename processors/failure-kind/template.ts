/**
 * Templates of lines, learned as they come, after Drain (He et al., ICWS 2017): lines of one length whose first words agree are
 * compared word by word, and those that agree in most words become one template, with `<*>` where they differ. Pure.
 */

export const WILD = '<*>'
/** Words in which a line must agree with a template to be one with it. */
const LEAST_SIMILARITY = 0.6
/** Words that are compared. */
const MOST_WORDS = 40

export const wordsOf = (form: string): string[] => form.split(' ').slice(0, MOST_WORDS)

/** Templates that can be one with a line share this: number of words, and the first one unless it varies. */
export const bucketOf = (words: readonly string[]): string => {
  const first = words[0] ?? ''
  return `${words.length} ${first.includes('#') ? WILD : first}`
}

/** Share of words that agree; a word that differs anyway counts half. Example: `a b <*>` and `a b c` are alike by 5/6. */
export const similarity = (template: readonly string[], words: readonly string[]): number => {
  if (template.length !== words.length) return 0
  let alike = 0
  for (let i = 0; i < words.length; i += 1)
    if (template[i] === words[i]) alike += 1
    else if (template[i] === WILD) alike += 0.5
  return alike / Math.max(1, words.length)
}

/** The most similar template; −1 where none is similar enough. The first of equals wins. */
export const matchOf = (
  templates: readonly (readonly string[])[],
  words: readonly string[],
): number => {
  let best = -1
  let most = LEAST_SIMILARITY
  for (const [i, template] of templates.entries()) {
    const alike = similarity(template, words)
    if (alike < most || (alike === most && best >= 0)) continue
    best = i
    most = alike
  }
  return best
}

/** A template that fits both. */
export const merged = (template: readonly string[], words: readonly string[]): string[] =>
  template.map((word, i) => (word === words[i] ? word : WILD))
