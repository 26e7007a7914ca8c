/** THE table of lines that say how far a run is. A line is a milestone by the first rule that fits its text. */

import type { Outcome } from '../../../schemas/events.ts'
import { goSeconds } from '../../payload/go-duration.ts'

export type Milestone =
  | { readonly is: 'leaseWait' }
  | { readonly is: 'leaseGot' }
  | { readonly is: 'leaseFailed'; readonly word: string }
  | { readonly is: 'stepStarted'; readonly step: string }
  | {
      readonly is: 'stepFinished'
      readonly step: string
      readonly outcome: Outcome
      readonly word: string
      readonly seconds: number | null
    }
  | { readonly is: 'failingTests' }
  | { readonly is: 'test'; readonly hasFailed: boolean; readonly test: string }
  | { readonly is: 'testCounts'; readonly passed: number; readonly failed: number }
  | { readonly is: 'verdict'; readonly word: string; readonly reason: string | null }

type Groups = readonly string[]
interface Rule {
  readonly fits: RegExp
  readonly says: (groups: Groups) => Milestone
}
const rule = (fits: RegExp, says: (groups: Groups) => Milestone): Rule => ({ fits, says })

const finished = (step: string, word: string, duration: string): Milestone => ({
  is: 'stepFinished',
  step,
  outcome: word === 'succeeded' ? 'success' : word === 'failed' ? 'failure' : 'unknown',
  word,
  seconds: goSeconds(duration.replace(/\.$/, '')),
})
const started = (step: string): Milestone => ({ is: 'stepStarted', step })
const verdict = (word: string, reason: string | null = null): Milestone => ({
  is: 'verdict',
  word,
  reason,
})

const RULES: readonly Rule[] = [
  // ci-operator, all versions. It waits up to two hours for a lease of cloud quota and says nothing meanwhile.
  rule(/^Acquiring (?:leases? for|\d+ lease\(s\) for) /, () => ({ is: 'leaseWait' })),
  rule(/^Acquired .{0,40}lease|^Running multi-stage test /, () => ({ is: 'leaseGot' })),
  rule(/^error: (Failed to acquire resource.{0,150})/, ([word = '']) => ({
    is: 'leaseFailed',
    word,
  })),
  rule(/^(?:error: )?[Ss]ome steps failed:/, () => verdict('failed')),
  rule(/^Reporting job state '(\w+)'(?: with reason '([^']{1,200})')?/, ([word = '', reason]) =>
    verdict(word, reason ?? null),
  ),
  // ci-operator since 2021-04.
  rule(/^Running step (\S{1,300}?)\.?$/, ([step = '']) => started(step)),
  rule(/^Step (\S{1,300}) (succeeded|failed) after (\S+)$/, ([step = '', word = '', after = '']) =>
    finished(step, word, after),
  ),
  rule(/^Build (\S{1,300}) (succeeded|failed) after (\S+)$/, ([name = '', word = '', after = '']) =>
    finished(`build ${name}`, word, after),
  ),
  rule(/^Building (\S{1,300}?)\.?$/, ([name = '']) => started(`build ${name}`)),
  // ci-operator before 2021-04: a step is a pod.
  rule(/^Executing pod "([^"]{1,300})"/, ([pod = '']) => started(pod)),
  rule(/^Pod (\S{1,300}) (succeeded|failed) after (\S+?),?$/, ([pod = '', word = '', after = '']) =>
    finished(pod, word, after),
  ),
  rule(/^Container \S+ in pod (\S{1,300}) failed, (exit code \d+)/, ([pod = '', word = '']) => ({
    is: 'stepFinished',
    step: pod,
    outcome: 'failure',
    word,
    seconds: null,
  })),
  // openshift-tests: one line per test, and the sum at the end.
  rule(/^(passed|failed): \(\S+\) \S+ "(.{1,1000})"$/, ([word = '', test = '']) => ({
    is: 'test',
    hasFailed: word === 'failed',
    test,
  })),
  rule(/^Failing tests:$/, () => ({ is: 'failingTests' })),
  rule(/^error: (\d{1,7}) fail, (\d{1,7}) pass, \d+ skip/, ([failed = '', passed = '']) => ({
    is: 'testCounts',
    passed: Number(passed),
    failed: Number(failed),
  })),
  rule(/^(\d{1,7}) pass, \d+ skip \(/, ([passed = '']) => ({
    is: 'testCounts',
    passed: Number(passed),
    failed: 0,
  })),
  // Ginkgo.
  rule(/^(?:SUCCESS|FAIL)! -- (\d{1,7}) Passed \| (\d{1,7}) Failed/, ([passed, failed]) => ({
    is: 'testCounts',
    passed: Number(passed),
    failed: Number(failed),
  })),
  // kubetest. It tells that a step is over, and not how.
  rule(/^(?:process\.go:\d+: )?Running: (.{1,300})$/, ([step = '']) => started(step)),
  rule(/^(?:process\.go:\d+: )?Step '(.{1,300})' finished in (\S+)$/, ([step = '', after = '']) =>
    finished(step, 'finished', after),
  ),
  // Prow's entrypoint, when the job runs out of its time.
  rule(/^Process did not finish before (\S+) timeout/, () => verdict('timed out')),
]

/** What a line says, null for most lines. */
export const milestoneOf = (text: string): Milestone | null => {
  for (const { fits, says } of RULES) {
    const match = fits.exec(text)
    if (match !== null) return says(match.slice(1))
  }
  return null
}
