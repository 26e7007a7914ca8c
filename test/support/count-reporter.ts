/** The last line of a run: `N passed, N failed, N skipped`. Under CI=true a skip is a failure. */

import type { Reporter, TestModule } from 'vitest/node'

export default class CountReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const count = { passed: 0, failed: 0, skipped: 0 }
    for (const module of modules) {
      // A file that could not be loaded has no tests that failed.
      let hasFailed = false
      for (const test of module.children.allTests()) {
        const { state } = test.result()
        count[state === 'pending' ? 'skipped' : state] += 1
        hasFailed ||= state === 'failed'
      }
      if (module.state() === 'failed' && !hasFailed) count.failed += 1
    }
    process.stdout.write(
      `\n${count.passed} passed, ${count.failed} failed, ${count.skipped} skipped\n`,
    )
    if (process.env['CI'] === 'true' && count.skipped > 0) process.exitCode = 1
  }
}
