import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'
import { LongestFirst } from './test/support/longest-first.ts'

/** They look at what only a process of their own has: its folder, environment and streams, the children it has left, when a module is first loaded. */
const alone = [
  'test/contract/actions/artifacts.test.ts',
  'test/contract/actions/commands.test.ts',
  'test/contract/onnx/model-runtime.test.ts',
  'test/contract/process/commands.test.ts',
  'test/contract/runtime/load-native.test.ts',
  'test/contract/train/command.test.ts',
]

export default defineConfig({
  test: {
    testTimeout: 30_000,
    hookTimeout: 60_000,
    pool: 'forks',
    // the suite mostly waits for child processes: both of two cores, where the default would leave one idle
    maxWorkers: Math.max(2, availableParallelism() - 1),
    // a sequencer of one's own would win over the flag
    sequence: process.argv.some((arg) => arg.startsWith('--sequence.shuffle')) ? {} : { sequencer: LongestFirst },
    coverage: { provider: 'v8', include: ['src/**/*.ts'], reporter: ['text-summary', 'json-summary'] },
    projects: [
      // the core is pure: its files share a process, which would else start and load the same modules ninety times
      { extends: true, test: { name: 'unit', include: ['test/unit/**/*.test.ts'], isolate: false } },
      {
        extends: true,
        test: {
          name: 'contract',
          include: ['test/contract/**/*.test.ts'],
          exclude: alone,
          globalSetup: ['test/support/source-bundle.ts'],
          // as above: reading the modules anew for each of a hundred files took as long as some of them
          isolate: false,
        },
      },
      { extends: true, test: { name: 'alone', include: ['test/{bundle,metadata}/**/*.test.ts', ...alone] } },
    ],
  },
})
