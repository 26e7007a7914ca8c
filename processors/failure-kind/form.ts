/** The form of a line: what stays the same where one cause strikes again. Numbers, ids, addresses, paths and times go. */

import { steadyText } from '../tests/fingerprint.ts'

/** Beyond what differs in messages of tests: folders before a file's name, quoted words, and what follows a URL's host. */
const VARYING: readonly (readonly [RegExp, string])[] = [
  [/\bhttps?:\/\/([\w.-]{1,100})[^\s"'<>)\]]{0,400}/g, '$1'],
  [/(?:[\w.@+~-]{0,80}[\\/]){1,20}(?=[\w.@+~-])/g, ''],
  [/\b(\w{0,40}?)\d\w{0,60}\b/g, '$1#'],
]

/** Example: `/ws/a/src/x.cpp:12:3: error: no member` and `/ws/b/src/x.cpp:99:1: error: no member` are of one form. */
export const formOf = (text: string): string => {
  let form = text.slice(0, 400)
  for (const [pattern, by] of VARYING) form = form.replace(pattern, by)
  return steadyText(form)
}
