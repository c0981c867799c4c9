import { defineConfig } from 'vitest/config'

/** End-to-end runs: whole workflows through `act`, GitHub played by an emulator. Started by .ci/run, which installs both. */
export default defineConfig({
  test: { include: ['test/e2e/**/*.test.ts'], testTimeout: 300_000, hookTimeout: 120_000, fileParallelism: false, pool: 'forks' },
})
