import { defineConfig } from 'vitest/config'
import { keepCompiled } from '../support/keep-compiled.ts'
import { patiently } from '../support/patience.ts'

keepCompiled()

/** Tests that need brokers. They wait a lot, for sessions, brokers and images: two files go on beside each other. */
export default defineConfig({
  test: {
    include: ['test/cluster/*.cluster.ts'],
    globalSetup: ['test/support/own-containers.ts'],
    testTimeout: patiently(300_000),
    // The first one waits for the jars of a broker to be fetched, too.
    hookTimeout: patiently(300_000),
    maxWorkers: 2,
    reporters: ['default', './test/support/count-reporter.ts'],
  },
})
