import { defineConfig } from 'vitest/config'
import { keepCompiled } from './test/support/keep-compiled.ts'

keepCompiled()

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Long, so that a machine with much else to do is slow and not wrong.
    testTimeout: 300_000,
    hookTimeout: 300_000,
    expect: { poll: { timeout: 60_000 } },
    // By itself vitest leaves a core to nobody: of two it would use one.
    maxWorkers: '100%',
    reporters: ['default'],
  },
})
