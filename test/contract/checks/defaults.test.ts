import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { config, find, makeYard, type Yard } from '../validate/support.ts'
import { times } from './support.ts'

let yard: Yard
beforeAll(async () => {
  yard = await makeYard()
  const lines = (from: number, to: number, first: number) =>
    `id,a,b,y\n${times(to - from, (i) => `${first + i * 3},${(from + i) * 1.25},w${(from + i) % 90},${(from + i) % 2}`).join('\n')}\n`
  await yard.write('train.csv', lines(0, 400, 1000))
  await yard.write('apart.csv', lines(400, 500, 9000))
  await yard.write('leaky.csv', lines(350, 450, 1150))
})
afterAll(() => yard[Symbol.asyncDispose]())

const ids = ['validate.train_test_overlap', 'validate.id_overlap']

describe('rows and ids that test and train share are looked for without being asked', () => {
  it('a warning where they are there, which fails nothing', async () => {
    const result = await yard.validate(config('{train: train.csv, test: leaky.csv, target: y, id: id}'))
    expect(find(result, 'validate.train_test_overlap')).toMatchObject({
      status: 'fail',
      effect: 'warn',
      n: 100,
      observed: 0.5,
      message: 'test: 50 of 100 rows (50 %) are also in train (limit 1 %)',
    })
    expect(find(result, 'validate.id_overlap')).toMatchObject({
      effect: 'warn',
      message: 'test: the id of 100 of 100 rows is also in train',
    })
    expect(result.verdict).toBe('warn')
  })

  it('quiet where they are not', async () => {
    const result = await yard.validate(config('{train: train.csv, test: apart.csv, target: y, id: id}'))
    expect(ids.map((id) => find(result, id).status)).toEqual(['pass', 'pass'])
    expect(result.verdict).toBe('pass')
  })

  it('what is written in expect is judged instead', async () => {
    const result = await yard.validate(
      config('{train: train.csv, test: leaky.csv, target: y}', '{train_test_overlap: {max: 50%, name: ours}}'),
    )
    expect(result.checks.map(({ id }) => id).filter((id) => id.includes('overlap'))).toEqual(['validate.train_test_overlap:ours'])
    expect(result.verdict).toBe('pass')
  })

  it('nothing where there is no training data', async () => {
    const result = await yard.validate(config('{test: leaky.csv, target: y, id: id}'))
    expect(result.checks.filter(({ id }) => id.includes('overlap'))).toEqual([])
  })
})

describe('a check can look at a file that is no role', () => {
  it('keys that must be in it, and as many rows', async () => {
    await yard.write('words.csv', `b,n\n${times(80, (i) => `w${i},${i}`).join('\n')}\n`)
    const result = await yard.validate(
      config(
        '{test: leaky.csv, target: y}',
        '{referential_integrity: {columns: [b], other: words.csv}, row_count_equal_other: words.csv, custom_sql: {query: SELECT count(*) FROM test, min: 100}}',
      ),
    )
    // w80 to w89 are not there: rows 350 to 359 and 440 to 449 have them
    expect(find(result, 'validate.referential_integrity').message).toBe('test: the b of 20 of 100 rows is not in words.csv')
    expect(find(result, 'validate.row_count_equal_other').message).toBe('test: 100 rows against 80 of words.csv')
    expect(find(result, 'validate.custom_sql').status).toBe('pass')
    expect(find(result, 'validate.read:words.csv')).toMatchObject({ status: 'pass', n: 80 })
    expect(result.inputs.map(({ role, path }) => [role, path])).toContainEqual(['other', 'words.csv'])
  })

  it('that is not there is an error, and the check is not passed', async () => {
    const result = await yard.validate(config('{test: leaky.csv, target: y}', '{referential_integrity: {columns: [b], other: gone.csv}}'))
    expect(find(result, 'validate.read:gone.csv')).toMatchObject({ status: 'error' })
    expect(find(result, 'validate.referential_integrity').status).toBe('skipped')
    expect(result.verdict).toBe('error')
  })
})
