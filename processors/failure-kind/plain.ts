/** The text of a log line without what stands before it: colours, times, levels, marks of the machinery that wrote it. */

const ESC = String.fromCharCode(27)
const COLOURS = new RegExp(ESC + String.raw`\[[0-9;?]{0,16}[A-Za-z]`, 'g')
/** What is written not to be seen, as Jenkins writes its notes: whole, or what was left of it where a line was cut. */
const HIDDEN = new RegExp(`${ESC}\\[8m[^${ESC}]*(?:${ESC}\\[0?m|$)|^[\\w+/=]{40,}${ESC}\\[0m`, 'g')
/** What may stand before the text, each with at most a few characters of its own kind: no pattern looks back. */
const BEFORE: readonly RegExp[] = [
  /^\[?\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?:Z|[+-]\d\d:?\d\d)?\]?:? ?/,
  /^\d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d(?:\.\d{1,9})? /,
  /^\[?\d\d:\d\d:\d\d(?:[.,]\d{1,6})?\]? +/,
  /^\[(?:task|vcs|taskcluster|fetches|setup|cache|mounts) \d{4}-\d\d-\d\d[T ][\d:.]{8,15}Z?\] /,
  /^(?:INFO|WARN(?:ING)?|ERRO(?:R)?|FATA(?:L)?|DEBU(?:G)?|CRITICAL)(?: +- +|\[[^\]]{8,40}\] ?)/,
  /^##\[(?:error|warning|group|debug|section)\]/,
  /^time="[^"]{1,40}" level=\w{1,10} msg="?/,
  /^[IWEF]\d{4} \d\d:\d\d:\d\d\.\d{1,9} +\d+ [^\]]{1,80}\] /,
  /^(?:GECKO|PID)[( ]\d{1,8}\)? \| /,
  /^travis_(?:fold|time):[\w:.=,-]{1,120}\s*/,
  // GitLab says behind the time which stream wrote a line, and whether it goes on.
  /^[\da-f]{2}[OE][ +]/,
]
const ROUNDS = 4

/** Example: `ERRO[2021-04-08T17:52:09Z] error: no lease` is `error: no lease`. */
export const plainText = (line: string): string => {
  const whole = line.replace(HIDDEN, '').replace(COLOURS, '').trimEnd()
  // A lone carriage return writes over what stood there: what is seen is what comes last.
  let text = whole.slice(whole.lastIndexOf('\r') + 1)
  for (let round = 0; round < ROUNDS; round += 1) {
    const before = text
    for (const pattern of BEFORE) text = text.replace(pattern, '')
    if (text === before) break
  }
  return text
}
