import { describe, expect, it } from 'vitest'
import { columnCells } from '../../../src/core/drift/column-cells.ts'
import { type Finding, findings, questionLevels } from '../../../src/core/drift/findings.ts'
import { profileQuantile } from '../../../src/core/drift/quantile.ts'
import { measureShift } from '../../../src/core/drift/shift.ts'
import type { ColumnProfile } from '../../../src/core/schema/profile.ts'
import { random } from '../../../src/core/stats/random.ts'
import { labels, numbers, rows } from './support.ts'

/** What is found in one column, by question. */
function find(reference: ColumnProfile, current: ColumnProfile): Record<string, Finding> {
  const cells = columnCells(reference, current)
  if (cells === null) throw new Error('no cells')
  const shift = measureShift(reference, current, cells)
  const told = { reference, current, cells }
  return Object.fromEntries(
    findings({ ...told, shift, told, counted: current, era: 'training', metric: 'js' }, questionLevels([told])).map(
      ({ question, finding }) => [question.name, finding],
    ),
  )
}

function pair(before: readonly (number | null)[], now: readonly (number | null)[]): [ColumnProfile, ColumnProfile] {
  const reference = numbers('x', before)
  return [reference, numbers('x', now, reference.numeric?.edges ?? [])]
}

function lognormal(seed: number, n: number, times = 1): number[] {
  const rng = random(seed)
  return Array.from({ length: n }, () => times * Math.exp(rng.normal() * 0.5))
}

describe('missing values', () => {
  const withNulls = (seed: number, n: number, nulls: number) => [...lognormal(seed, n - nulls), ...new Array<null>(nulls).fill(null)]

  it('0 to 5 % fails, 0 to 2 % warns, 0 to 0.5 % says nothing', () => {
    expect(find(...pair(lognormal(1, 2000), withNulls(2, 2000, 100))).nulls).toMatchObject({ severity: 'fail', observed: 0.05 })
    expect(find(...pair(lognormal(1, 2000), withNulls(2, 2000, 40))).nulls).toMatchObject({ severity: 'warn', observed: 0.02 })
    expect(find(...pair(lognormal(1, 2000), withNulls(2, 2000, 10)))).not.toHaveProperty('nulls')
  })

  it('fewer than before is a change too; 2 in 120 rows is noise', () => {
    expect(find(...pair(withNulls(1, 2000, 100), lognormal(2, 2000))).nulls).toMatchObject({ severity: 'fail', observed: 0 })
    expect(find(...pair(lognormal(1, 120), withNulls(2, 120, 2)))).not.toHaveProperty('nulls')
  })

  it('a column that is all missing is found by that alone', () => {
    expect(Object.keys(find(...pair(lognormal(1, 500), new Array<null>(500).fill(null))))).toEqual(['nulls'])
  })
})

describe('values training never saw, and values that are gone', () => {
  it('3 % of the rows in a new level fail; 0.5 % warn', () => {
    const before = labels('c', rows({ a: 5000, b: 5000 }))
    expect(find(before, labels('c', rows({ a: 4850, b: 4850, new: 300 }))).unseen).toMatchObject({ severity: 'fail', observed: 0.03 })
    expect(find(before, labels('c', rows({ a: 4975, b: 4975, new: 50 }))).unseen).toMatchObject({ severity: 'warn', observed: 0.005 })
  })

  it('one more new level, which is certain enough for a warn only, does not turn the fail of others into one', () => {
    const before = labels('c', rows({ a: 5000, b: 5000 }))
    const rare = 18
    const alone = find(before, labels('c', rows({ a: 5000, b: 5000 - rare, rare }))).unseen
    expect(alone).toMatchObject({ severity: 'warn' })
    expect(find(before, labels('c', rows({ a: 4850, b: 4850 - rare, new: 300, rare }))).unseen).toMatchObject({
      severity: 'fail',
      limit: 0.01,
      observed: 0.0318,
    })
  })

  it('known ones in another case or with spaces are told apart from new ones, and none is named', () => {
    const before = labels('c', rows({ Berlin: 600, Paris: 400 }))
    const only = find(before, labels('c', rows({ Berlin: 550, Paris: 350, ' berlin ': 60, PARIS: 40 }))).unseen
    expect(only?.says).toContain('2 values')
    expect(only?.says).toContain('known but for upper and lower case or spaces')
    const some = find(before, labels('c', rows({ Berlin: 550, Paris: 350, BERLIN: 60, Rome: 40 }))).unseen
    expect(some?.says).toContain('1 of them known but for')
    for (const text of [only, some].map((finding) => `${finding?.says}${finding?.fix}`)) expect(text).not.toMatch(/berlin|paris|rome/i)
  })

  it('is not told as never seen where rows of the reference have values that it does not list', () => {
    const before = labels('c', rows({ a: 5000, b: 4997, rare: 3 }))
    const fresh = Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`new ${i}`, 100]))
    const now = labels('c', rows({ a: 4000, b: 4000, ...fresh }))
    expect(find(before, now).unseen?.says).toContain('holds 20 values seen fewer than five times')
    expect(find(labels('c', rows({ a: 5000, b: 5000 })), now).unseen?.says).toContain('holds 20 values never seen')
    const gone = find(now, before).vanished?.says
    expect(gone).toContain('are gone but for fewer than five rows each')
  })

  it('the natural tail of a column with thousands of levels is not "unseen"', () => {
    const rng = random(3)
    const draw = (n: number) => Array.from({ length: n }, () => `z${rng.below(3000)}`)
    expect(find(labels('zip', draw(5000)), labels('zip', draw(5000)))).toEqual({})
  })

  it('a level of a fifth of the rows that is gone warns; one that is rare may be absent by chance', () => {
    const before = labels('c', rows({ a: 800, b: 180, rare: 20 }))
    expect(find(before, labels('c', rows({ a: 1000 }))).vanished).toMatchObject({ severity: 'warn', observed: 0 })
    expect(find(labels('c', rows({ a: 980, rare: 20 })), labels('c', rows({ a: 150 })))).not.toHaveProperty('vanished')
  })
})

describe('a column that stopped varying', () => {
  it('fails for labels and for numbers', () => {
    expect(find(labels('c', rows({ a: 500, b: 500 })), labels('c', rows({ a: 1000 }))).constant).toMatchObject({ severity: 'fail' })
    expect(find(...pair(lognormal(1, 1000), new Array<number>(1000).fill(1.5))).constant).toMatchObject({ severity: 'fail' })
  })

  it('is no finding of whole numbers beyond 2^53 that have one double: nobody knows whether they are one', () => {
    const ids = (spread: number) => Array.from({ length: 700 }, (_, i) => 2 ** 64 - 4096 * (i % spread))
    const [before, now] = pair(ids(40), ids(1))
    expect(find({ ...before, type: 'HUGEINT' }, { ...now, type: 'HUGEINT' })).not.toHaveProperty('constant')
    expect(find({ ...before, type: 'DOUBLE' }, { ...now, type: 'DOUBLE' }).constant).toMatchObject({ severity: 'fail' })
  })

  it('is no finding where nearly every row had that value before', () => {
    expect(find(labels('c', rows({ a: 995, b: 5 })), labels('c', rows({ a: 300 })))).not.toHaveProperty('constant')
  })

  it('is no finding where a rare value may have been frequent at training, and absent now, by chance', () => {
    // 0.96^200 is 0.0003, but the 4 % are a sample as well: with 2 % on both sides this happens once in 250 times
    expect(find(labels('c', rows({ a: 192, b: 8 })), labels('c', rows({ a: 200 })))).not.toHaveProperty('constant')
    expect(find(labels('c', rows({ a: 180, b: 20 })), labels('c', rows({ a: 200 }))).constant).toMatchObject({ severity: 'fail' })
  })
})

describe('another unit', () => {
  it('× 1000 and ÷ 10 are recognised and named', () => {
    expect(find(...pair(lognormal(1, 2000), lognormal(2, 2000, 1000))).scale?.says).toContain('× 1,000')
    expect(find(...pair(lognormal(1, 2000), lognormal(2, 2000, 0.1))).scale?.says).toContain('÷ 10')
  })

  it('a doubling is a shift, not a unit', () => {
    expect(find(...pair(lognormal(1, 2000), lognormal(2, 2000, 2)))).not.toHaveProperty('scale')
  })

  it('a column around zero has no scale: half a standard deviation more is a shift', () => {
    const around = (seed: number, mean: number) => {
      const rng = random(seed)
      return Array.from({ length: 2000 }, () => mean + rng.normal())
    }
    for (let seed = 1; seed <= 20; seed += 1)
      expect(find(...pair(around(seed, 0.02), around(100 + seed, 0.52)))).not.toHaveProperty('scale')
    expect(
      find(
        ...pair(
          around(1, 0.02),
          around(2, 0.02).map((x) => 20 * x),
        ),
      ).scale?.says,
    ).toMatch(/the standard deviation is × 2\d(\.\d)? what it was/)
  })

  it('is recognised where it left the range of training, on both sides of zero too: by mean and deviation, which are exact there', () => {
    // logarithms of wages, as in Males of pydataset: the quantiles between the last edge and the extremes made × 20 of it
    const wages = (seed: number, factor: number) => {
      const rng = random(seed)
      return Array.from({ length: 2000 }, () => factor * (1.65 + 0.5 * rng.normal()))
    }
    expect(find(...pair(wages(1, 1), wages(2, 10))).scale?.says).toMatch(/the mean is × 10 what .*, which looks like another unit$/)
  })

  it('a median that jumps because two values are nearly tied is not a unit', () => {
    const mixed = (ones: number) => [...new Array<number>(ones).fill(1), ...new Array<number>(1000 - ones).fill(10)]
    expect(find(...pair(mixed(501), mixed(499)))).toEqual({})
  })
})

describe('a default that is filled in', () => {
  it('5 % of −999 is a spike, outside the range of training and inside it', () => {
    const filled = (value: number) => [...lognormal(2, 1900), ...new Array<number>(100).fill(value)]
    expect(find(...pair(lognormal(1, 2000), filled(-999))).spike).toMatchObject({ severity: 'warn', observed: 0.05, baseline: 0 })
    expect(find(...pair(lognormal(1, 2000), filled(1)))).toHaveProperty('spike')
  })

  it('a value that was frequent already is none', () => {
    const counts = (seed: number) => {
      const rng = random(seed)
      return Array.from({ length: 3000 }, () => rng.poisson1())
    }
    expect(find(...pair(counts(1), counts(2)))).toEqual({})
  })
})

describe('quantiles from a profile', () => {
  it('are the percentiles of the reference', () => {
    const column = numbers(
      'x',
      Array.from({ length: 1000 }, (_, i) => i + 1),
    )
    expect([0.25, 0.5, 0.75, 0.99].map((p) => profileQuantile(column, p))).toEqual([250, 500, 750, 990])
  })

  it('beyond the last edge lie on the way to the maximum, and are unknown without one', () => {
    const reference = numbers(
      'x',
      Array.from({ length: 1000 }, (_, i) => i + 1),
    )
    const far = numbers('x', new Array<number>(100).fill(1990), reference.numeric?.edges)
    expect(profileQuantile(far, 0.5)).toBe(1990)
    const half = numbers('x', [...new Array<number>(50).fill(5), ...new Array<number>(50).fill(1990)], reference.numeric?.edges)
    expect(profileQuantile(half, 0.75)).toBeCloseTo(Math.sqrt(990 * 1990), 9)
    expect(profileQuantile({ ...far, numeric: far.numeric && { ...far.numeric, max: null } }, 0.5)).toBeNull()
    expect(profileQuantile(labels('c', rows({ a: 3 })), 0.5)).toBeNull()
  })
})

describe('what chance may answer', () => {
  it('is less where there are more rows: ten of 10,000 beyond the range are chance, twenty are not', () => {
    const rng = random(9)
    const even = (n: number) => Array.from({ length: n }, () => rng.next())
    const before = even(10_000)
    const beyond = (k: number) => [...even(10_000 - k), ...Array.from({ length: k }, () => 1.5)]
    const now = (k: number) => {
      const [reference, current] = pair(before, beyond(k))
      if (current.numeric === null) throw new Error('numbers')
      return find(reference, { ...current, numeric: { ...current.numeric, beyond: { below: 0, above: k } } })
    }
    expect(now(10)).not.toHaveProperty('range')
    expect(now(20).range).toMatchObject({ severity: 'warn', observed: 0.002 })
  })
})
