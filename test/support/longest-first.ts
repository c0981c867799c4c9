/** The order of test files: one of the long ones, begun last, would leave the other cores idle until it ends. */
import { BaseSequencer, type TestSpecification } from 'vitest/node'

/** those of more than ten seconds on one core, the longest first: most of them start processes */
const longest = [
  'test/bundle/situations.test.ts',
  'test/contract/actions/run-action.test.ts',
  'test/contract/privacy/canary.test.ts',
  'test/contract/promote/github.test.ts',
  'test/contract/drift/predictions.test.ts',
  'test/contract/policy/pull-request.test.ts',
  'test/contract/evaluate/multilabel.test.ts',
  'test/bundle/dist.test.ts',
  'test/contract/promote/git.test.ts',
  'test/bundle/bad-input.test.ts',
  'test/contract/init/init.test.ts',
  'test/contract/validate/checks/matrix.test.ts',
  'test/contract/evaluate/fairness.test.ts',
  'test/contract/evaluate/flights.test.ts',
  'test/contract/evaluate/baseline.test.ts',
  'test/contract/train/command.test.ts',
]

export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification) => {
      const found = longest.findIndex((name) => moduleId.replaceAll('\\', '/').endsWith(`/${name}`))
      return found === -1 ? longest.length : found
    }
    return (await super.sort(files)).toSorted((a, b) => place(a) - place(b))
  }
}
