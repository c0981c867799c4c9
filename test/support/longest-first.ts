/**
 * The order of test files: one of the long ones, begun last, would leave the other cores idle until it ends. A project after the other, as
 * the files of one that share a process can do so only while the next is of the same.
 */
import { BaseSequencer, type TestSpecification } from 'vitest/node'

/** those of more than seven seconds on one core, the longest first: most of them start processes */
const longest = [
  'test/bundle/situations.test.ts',
  'test/contract/actions/run-action.test.ts',
  'test/bundle/dist.test.ts',
  'test/contract/privacy/canary.test.ts',
  'test/contract/promote/git.test.ts',
  'test/contract/promote/github.test.ts',
  'test/contract/drift/predictions.test.ts',
  'test/contract/validate/profile-more.test.ts',
  'test/contract/duckdb/wide-csv.test.ts',
  'test/contract/evaluate/changed-rows.test.ts',
  'test/contract/policy/pull-request.test.ts',
  'test/bundle/bad-input.test.ts',
  'test/contract/validate/checks/matrix.test.ts',
  'test/contract/init/init.test.ts',
  'test/contract/evaluate/flights.test.ts',
  'test/unit/simulate-gate/simulate-gate.test.ts',
  'test/contract/evaluate/evaluate.test.ts',
  'test/contract/evaluate/fairness.test.ts',
  'test/contract/evaluate/baseline.test.ts',
  'test/contract/init/again.test.ts',
  'test/contract/evaluate/multilabel.test.ts',
  'test/contract/corpora/parquet.test.ts',
  'test/contract/validate/profile.test.ts',
  'test/contract/evaluate/own-numbers.test.ts',
  'test/contract/evaluate/score.test.ts',
  'test/contract/evaluate/stored.test.ts',
  'test/contract/checks/split.test.ts',
  'test/contract/validate/names.test.ts',
  'test/unit/evaluate/few-differ-anywhere.test.ts',
  'test/unit/metrics/random-cases/multiclass.test.ts',
  'test/contract/evaluate/quantiles.test.ts',
  'test/contract/train/command.test.ts',
  'test/contract/evaluate/stored-baseline.test.ts',
  'test/contract/runtime/load-native.test.ts',
  'test/unit/evaluate/judge.test.ts',
  'test/contract/cli/opaque.test.ts',
  'test/contract/validate/riding.test.ts',
  'test/contract/evaluate/rows.test.ts',
  'test/contract/init/wide.test.ts',
  'test/contract/duckdb/csv-roundtrip.test.ts',
  'test/contract/corpora/parquet-footer.test.ts',
  'test/contract/cli/main.test.ts',
  'test/contract/process/commands.test.ts',
  'test/contract/corpora/names.test.ts',
  'test/unit/metrics/answers.test.ts',
  'test/contract/duckdb/engine.test.ts',
  'test/contract/comment/sticky.test.ts',
  'test/contract/validate/validate.test.ts',
  'test/contract/evaluate/value.test.ts',
  'test/contract/validate/stacked.test.ts',
  'test/contract/cli/tasks.test.ts',
  'test/unit/evaluate/fairness-proof.test.ts',
]

export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification) => {
      const found = longest.findIndex((name) => moduleId.replaceAll('\\', '/').endsWith(`/${name}`))
      return found === -1 ? longest.length : found
    }
    const sorted = await super.sort(files)
    const projects = [...new Set(sorted.map(({ project }) => project.name))]
    return projects.flatMap((name) => sorted.filter(({ project }) => project.name === name).toSorted((a, b) => place(a) - place(b)))
  }
}
