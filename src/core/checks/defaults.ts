/**
 * Checks that nobody has to ask for: rows and ids of the test data that train has too. A model that has seen the rows it is tested on looks better than it is,
 * and nobody writes a check for what they do not expect. They are warnings, cost a hash of the rows (beyond a million rows, of a part of them), and are
 * quiet where chance explains what they see: `cautious`. Whoever writes one of them in `expect` has that one instead.
 */
import type { DataSpec, Expectation, ModelConfig, Role } from '../schema/config.ts'

/** A part of the test rows that is no accident, and no trouble yet. */
const overlap = 0.01

const hasRows = (data: DataSpec, role: Role): boolean => {
  const source = data.sources[role]
  return source !== undefined && source.kind !== 'profile'
}

/** Beside what `expect` says. The items of a ranking are the same in train and test: they name no row, and what was said of them is how wanted they are. */
export function usualExpectations({ task, data, expect: written }: Pick<ModelConfig, 'task' | 'data' | 'expect'>): readonly Expectation[] {
  if (!hasRows(data, 'train') || !hasRows(data, 'test')) return []
  const usual = { column: null, severity: 'warn', on: ['test'] } as const
  const all: readonly Expectation[] = [
    { ...usual, check: 'train_test_overlap', params: { max: overlap, cautious: true } },
    ...(data.id === null || task === 'ranking' ? [] : [{ ...usual, check: 'id_overlap', params: { max: 0 } }]),
  ]
  return all.filter(({ check }) => !written.some((one) => one.check === check))
}
