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
