import { defineConfig } from 'vitest/config'
import { patiently } from '../support/patience.ts'

/** Tests that need brokers: one file after the other, since each has the machine to itself. */
export default defineConfig({
  test: {
    include: ['test/cluster/*.cluster.ts'],
    globalSetup: ['test/support/own-containers.ts'],
    testTimeout: patiently(300_000),
    // The first one waits for the jars of a broker to be fetched, too.
    hookTimeout: patiently(300_000),
    fileParallelism: false,
    reporters: ['default', './test/support/count-reporter.ts'],
  },
})
