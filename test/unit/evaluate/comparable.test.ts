import { describe, expect, it } from 'vitest'
import { changedHoldout, whatDiffers } from '../../../src/core/evaluate/comparable.ts'
import { emptyModel } from '../../../src/core/ledger/files.ts'
import type { LedgerModel } from '../../../src/core/schema/ledger.ts'
import { UserError } from '../../../src/errors.ts'
import { type Compared, notComparable } from '../../../src/stages/evaluate/baseline.ts'

const digest = (n: number) => `sha256:${n.toString(16).padStart(64, '0')}`
const judgedOn = (...holdouts: readonly string[]): LedgerModel => ({
  ...emptyModel('m'),
  recent: holdouts.map((holdout) => ({ digest: digest(1), at: 'then', verdict: 'pass', holdout, metrics: {} })),
})
const compared: Compared = {
  scored: null,
  missing: null,
  stored: null,
  record: { ref: 'production', version: '1.0.0', digest: digest(1), age_days: 1, same_rows: true },
  inputs: [],
  checks: [],
}

describe('a baseline that was made for other data', () => {
  it.each([
    ['COLUMNS_MISSING', 'columns differ'],
    ['CLASSES_UNKNOWN', 'labels differ'],
  ])('%s is not comparable, and says that %s', (code, says) => {
    expect(whatDiffers(code)).toBe(says)
    expect(notComparable(compared, new UserError(code, 'it has others', 'retrain'))).toMatchObject({
      scored: null,
      record: { same_rows: false },
      missing: { kind: 'not-comparable', because: `${says}: it has others` },
    })
  })

  it('is not what a crash, a wrong digest or a bug is', () => {
    for (const thrown of [new UserError('MODEL_CRASHED', 'x', 'y'), new UserError('DIGEST_DIFFERS', 'x', 'y'), new RangeError('x')])
      expect(() => notComparable(compared, thrown)).toThrow(thrown)
  })
})

describe('test data that changed since the baseline was judged', () => {
  it('is said when the ledger knows it', () => {
    expect(changedHoldout(judgedOn('a'), digest(1), 'b')).toContain('both models were scored on the rows of today')
    expect(changedHoldout(judgedOn('a', 'b'), digest(1), 'b')).toBeNull()
    expect(changedHoldout(judgedOn('a'), digest(2), 'b')).toBeNull()
    expect(changedHoldout(null, digest(1), 'b')).toBeNull()
  })
})
