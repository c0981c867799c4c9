/** Of the schemas of checks only those are made that a config writes: what they say is what all of them would. */
import { describe, expect, it } from 'vitest'
import { checkTable } from '../../../src/core/checks/table.ts'
import { expectation } from '../../../src/core/schema/expect-file.ts'

const section = expectation.in
const whole = section.unwrap()

const column = (keys: unknown) => ({ columns: { a: keys } })
const wrong: readonly unknown[] = [
  null,
  [],
  'text',
  {},
  { columns: 3 },
  column(null),
  column({ uniqe: true }),
  column({ min: 3, max: 1, uniqe: true, nulls: { max: 2 } }),
  column({ in: [], severity: 'loud', name: 'x' }),
  { rows: { max: 1 }, unknown: 1, columns: { a: { unique: 3 }, b: { matches: '' } } },
  { checks: 'no list' },
  { checks: [3, {}, { check: 'mn' }, { check: 'min', column: 'a', value: 0 }, { check: 'min', value: 'x' }] },
  { samples: 'comment' },
  JSON.parse('{"__proto__": {"min": 3}, "constructor": 1}'),
]

describe('a part of the contract', () => {
  it.each(wrong.map((given) => [JSON.stringify(given), given] as const))('says of %s what the whole says', (_, given) => {
    expect(section.safeParse(given).error?.issues).toEqual(whole.safeParse(given).error?.issues)
    expect(section.safeParse(given).data).toEqual(whole.safeParse(given).data)
  })

  it('reads every check as the whole does, right or wrong', () => {
    for (const { name, on } of checkTable.filter((entry) => entry.name !== 'exists')) {
      for (const value of [true, false, 3, 'x', [1], {}, { min: 1 }, { max: 0.5, mostly: 2 }, { where: '' }]) {
        const given = on === 'column' ? column({ [name]: value }) : { [name]: value }
        const [part, all] = [section.safeParse(given), whole.safeParse(given)]
        expect(part.error?.issues, name).toEqual(all.error?.issues)
        expect(part.data, name).toEqual(all.data)
      }
    }
  })
})
