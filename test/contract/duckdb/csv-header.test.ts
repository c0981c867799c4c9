/** What stands in the place of a header is shown to everybody: a row is refused there, and names that only look like values are not. */
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Bench, makeBench, refusal } from './support.ts'

let bench: Bench
beforeAll(async () => {
  bench = await makeBench()
})
afterAll(() => bench[Symbol.asyncDispose]())

let files = 0
const next = () => `h${++files}.csv`
const lines = (...rows: readonly string[]) => `${rows.join('\n')}\n`

/** Rows of numbers that follow no order. */
const numbers = (columns: number, count = 20) =>
  Array.from({ length: count }, (_, row) => Array.from({ length: columns }, (_, i) => ((row * 37 + i * i * 53) % 251) * 3 + 1000).join(','))
const shares = (columns: number, count = 20) =>
  Array.from({ length: count }, (_, row) => Array.from({ length: columns }, (_, i) => (((row * 37 + i * i * 53) % 99) + 1) / 100).join(','))

describe('a first line that looks like a row', () => {
  const secret = 'canary7f3a'
  it.each([
    ['a number over numbers', lines(`${secret},34`, 'bob,51', 'carol,27')],
    ['numbers that rise, as those of every row do', lines(`1,${secret}`, '2,b', '3,c')],
    [
      'an age beside a salary beside a time, which always rise',
      lines('34,1200.5,1700000001', '51,1900.25,1700000077', '27,900,1700000099'),
    ],
    ['steps that are even by chance', lines(`10,20,30,${secret}`, '4,18,2,b', '7,1,30,c', '9,9,1,d')],
    ['truths over truths', lines(`0,1,${secret}`, '1,0,b', '0,0,c', '1,1,d')],
    ['a number among missing ones', lines(`${secret},17.5`, 'b,', 'c,n/a', 'd,18', 'e,9')],
    ['a decimal comma', lines(`${secret};17,5`, 'b;18,25', 'c;9,0')],
    ['money', lines(`${secret},"$1,200.50"`, 'b,"$900"', 'c,"$1,000.10"')],
    ['a date over dates', lines(`${secret},2024-05-01`, 'b,2024-05-02')],
    ['a date of the day first', lines(`${secret};31.12.2025`, 'b;01.01.2026')],
    ['a mail address', lines(`${secret}@example.org,Oslo`, 'b@example.org,Rome', 'c@example.org,Bern')],
    ['a link', lines(`https://example.org/${secret},Oslo`, 'https://example.org/b,Rome')],
    ['a digest', lines('9f86d081884c7d659a2feaa0c55ad015,Oslo', '60303ae22b998861bce3b28f33eec1be,Rome')],
    ['text that stands below it again', lines(`${secret},Oslo,x`, 'bob,Rome,y', 'carol,Oslo,z')],
    ['a row that is there twice', lines(`${secret},34`, `${secret},34`, 'bob,17')],
    ['one row alone', lines(`${secret},34`)],
    ['blank lines above it', `\n\n${lines(`${secret},34`, 'bob,51')}`],
    ['the same value twice', lines(`${secret},1,1`, 'bob,1,2', 'carol,2,2')],
    ['a quoted number', lines(`"${secret}","34"`, '"bob","51"')],
  ])('is refused, and none of it is repeated: %s', async (_, text) => {
    for (const content of [text, gzipSync(text)]) {
      const error = await refusal(bench.table(next(), content))
      expect(error.code).toBe('CSV_NO_HEADER')
      expect(error.message).toMatch(/^h\d+\.csv:[13]: the first line looks like a row, not like names of columns$/)
      expect(error.message + error.fix).not.toContain(secret)
      expect(error.fix).toContain('header: true')
    }
  })

  it('is found in the second of two files, too', async () => {
    await bench.file('with.csv', lines('name,age', 'ann,34'))
    await bench.file('without.csv', lines(secret, '35').replace('\n', ',34\n').replace('35', 'bob,35'))
    expect((await refusal(bench.open(['with.csv', 'without.csv']))).message).not.toContain(secret)
  })

  it('is taken for names where that is said, of CSV only', async () => {
    const table = await bench.table(next(), lines('Oslo,34', 'Rome,51'), undefined, true)
    expect(table.columns.map(({ name }) => name)).toEqual(['Oslo', '34'])
    await expect(bench.table('x.jsonl', '{"a":1}\n', undefined, true)).rejects.toMatchObject({ code: 'DATA_UNREADABLE' })
  })
})

describe('names that look like values', () => {
  it.each([
    ['years', lines('country,2019,2020,2021', ...numbers(3).map((row, i) => `c${i},${row}`))],
    ['two years', lines('country,2019,2020', ...numbers(2).map((row, i) => `c${i},${row}`))],
    ['years, the last first', lines('country,2021,2020,2019', ...numbers(3).map((row, i) => `c${i},${row}`))],
    ['years of no even step', lines('country,1960,1970,1990,2000,2010,2015', ...numbers(6).map((row, i) => `c${i},${row}`))],
    ['pixels', lines(Array.from({ length: 784 }, (_, i) => i).join(','), ...numbers(784))],
    ['pixels of zeros', lines('0,1,2,3,4,5', '0,0,0,0,0,0', '0,9,0,0,1,0', '0,0,3,0,0,0')],
    ['an index and places', lines(',0,1,2', ...numbers(3).map((row, i) => `${i},${row}`))],
    ['an index and one place', lines(',0', ...numbers(1).map((row, i) => `${i},${row}`))],
    ['quantiles', lines('id,0.1,0.5,0.9', ...numbers(3).map((row, i) => `k${i},${row}`))],
    ['wave lengths', lines('400.2,401.9,404.1,407,411.3,419,433', ...numbers(7))],
    ['probabilities of two classes', lines('0,1', ...shares(2))],
    ['probabilities of classes −1 and 1', lines('-1,1', ...shares(2))],
    ['probabilities of classes in no order', lines('id,7,3,12', ...shares(3).map((row, i) => `k${i},${row}`))],
    ['dates over numbers', lines('shop,2024-01-01,2024-02-01', ...numbers(2).map((row, i) => `s${i},${row}`))],
    ['truths over numbers', lines('shop,False,True', ...numbers(2).map((row, i) => `s${i},${row}`))],
    ['answers of a survey', lines('id,Python,R', 'a,Python,', 'b,,R', 'c,Python,R')],
    ['numbers over text', lines('id,1,5', 'a,yes,no', 'b,no,yes')],
    ['a label that is called as its column', lines('amount,late', '3,late', '7,on time', '5,late')],
    ['an empty name', lines(',age', 'ann,34')],
    ['no rows', lines('name,age')],
    ['text over text', lines('name,city', 'ann,Oslo', 'bob,Oslo')],
    ['a digit in a name', lines('x1,2nd,3_4', '1,2,3')],
  ])('%s', async (_, text) => {
    expect((await bench.table(next(), text)).rows).toBe(text.trimEnd().split('\n').length - 1)
  })
})
