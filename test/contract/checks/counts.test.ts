/** How many values are judged and how many break the rule: counted by the engine in the cheapest way, and here one by one. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Table } from '../../../src/ports/data-engine.ts'
import { type Hall, makeHall, sequence, times } from './support.ts'

let hall: Hall
const tables = new Map<string, Table>()
const next = sequence(7)
const pick = <T>(from: readonly T[]): T => from[Math.floor(next() * from.length)] as T

const columns: Readonly<Record<string, readonly (number | string | null)[]>> = {
  float: times(997, () => pick([null, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -1.5, -0, 0, 0.25, 7.5, 1e300])),
  whole: times(997, () => pick([null, -3, 0, 1, 2, 41])),
  text: times(997, () => pick([null, '', 'a', 'bc', 'Bc', 'äöü', 'nan', ' '])),
  'nothing missing': times(997, () => pick([1.5, 2.5])),
  'all missing': times(997, () => Number.NaN),
}
beforeAll(async () => {
  hall = await makeHall()
  tables.set('parquet', await hall.parquet(columns))
})
afterAll(() => hall[Symbol.asyncDispose]())

type Value = number | string
const isThere = (value: Value | null): value is Value => value !== null && !Number.isNaN(value)
const notNull = (value: Value | null): boolean => value !== null

interface Case {
  readonly expectation: string
  readonly on: readonly string[]
  readonly judged: (value: Value | null) => boolean
  readonly breaks: (value: Value | null) => boolean
}
const numbers = ['float', 'whole', 'nothing missing', 'all missing'] as const
const all = [...numbers, 'text'] as const
const cases: readonly Case[] = [
  { expectation: 'min: 0', on: numbers, judged: isThere, breaks: (x) => Number(x) < 0 },
  { expectation: 'max: 2', on: numbers, judged: isThere, breaks: (x) => Number(x) > 2 },
  { expectation: 'between: {min: 0, max: 2}', on: numbers, judged: isThere, breaks: (x) => Number(x) < 0 || Number(x) > 2 },
  { expectation: 'between: {min: 0, max: 2, strict: true}', on: numbers, judged: isThere, breaks: (x) => Number(x) <= 0 || Number(x) >= 2 },
  { expectation: 'between: {min: 0}', on: numbers, judged: isThere, breaks: (x) => Number(x) < 0 },
  { expectation: 'between: {max: 2}', on: numbers, judged: isThere, breaks: (x) => Number(x) > 2 },
  { expectation: 'non_negative: true', on: numbers, judged: isThere, breaks: (x) => Number(x) < 0 },
  { expectation: 'finite: true', on: numbers, judged: notNull, breaks: (x) => !Number.isFinite(x) },
  { expectation: 'in: [0, 1, 7.5]', on: numbers, judged: isThere, breaks: (x) => ![0, 1, 7.5].includes(Number(x)) },
  { expectation: 'in: [0, 1, 2]', on: ['whole'], judged: isThere, breaks: (x) => ![0, 1, 2].includes(Number(x)) },
  { expectation: 'not_in: [0, 1, 7.5]', on: numbers, judged: isThere, breaks: (x) => [0, 1, 7.5].includes(Number(x)) },
  { expectation: 'in: [a, bc, nan]', on: ['text'], judged: isThere, breaks: (x) => !['a', 'bc', 'nan'].includes(String(x)) },
  { expectation: 'not_in: [a, bc, nan]', on: ['text'], judged: isThere, breaks: (x) => ['a', 'bc', 'nan'].includes(String(x)) },
  { expectation: "matches: '[a-z]*'", on: ['text'], judged: isThere, breaks: (x) => !/^[a-z]*$/.test(String(x)) },
  // NaN is no text of three letters: it is not there
  { expectation: "matches: '[^n].*'", on: ['float'], judged: isThere, breaks: () => false },
  { expectation: 'length: {min: 3}', on: ['text'], judged: isThere, breaks: (x) => [...String(x)].length < 3 },
  { expectation: 'length: {max: 2}', on: ['text', 'whole'], judged: isThere, breaks: (x) => [...String(x)].length > 2 },
  { expectation: 'length: {min: 4, max: 1000}', on: ['nothing missing'], judged: isThere, breaks: () => true },
  { expectation: 'not_null: {}', on: all, judged: () => true, breaks: (x) => !isThere(x) },
]

describe('values judged, and values that break the rule', () => {
  it.each(cases.flatMap(({ on, ...one }) => on.map((column) => ({ ...one, column }))))(
    '$expectation of $column',
    async ({ expectation, column, judged, breaks }) => {
      const values = columns[column] ?? []
      const asked = values.filter(judged)
      const wanted = { judged: asked.length, broken: asked.filter(breaks).length }
      const [name, params] = [expectation.slice(0, expectation.indexOf(':')), expectation.slice(expectation.indexOf(':') + 1)]
      const table = tables.get('parquet')
      if (table === undefined) throw new Error('no table')
      const found = await hall.find('test', { test: table }, `{columns: {"${column}": {${name}:${params}}}}`)
      if (wanted.judged === 0) return expect(found.status).toBe('skipped')
      expect({ judged: found.judged, broken: found.broken }).toEqual(wanted)
      // and where only some rows are asked about
      const some = await hall.find('test', { test: table }, `{columns: {"${column}": {${name}: ${withWhere(params.trim())}}}}`)
      expect({ judged: some.judged, broken: some.broken }).toEqual(wanted)
    },
  )
})

/** The long form, with a condition that holds of every row, so that nothing is left out and every row is asked. */
const withWhere = (params: string): string =>
  params.startsWith('{') ? params.replace(/^\{(.*)\}$/, (_, inner) => `{${inner}${inner === '' ? '' : ', '}where: '1 = 1'}`) : params

it.each(['like: z', 'like: "z%"', 'in: [z]', 'startswith: z', 'matches: z', 'length: {max: 1}', 'format: email'])(
  '%s breaks on every moment of a zone',
  async (rule) => {
    const train = await hall.text('t,y\n2024-01-01T00:00:00Z,1\n2024-02-01T00:00:00Z,0\n')
    expect(train.columns.map(({ type }) => type)).toEqual(['TIMESTAMP WITH TIME ZONE', 'BIGINT'])
    expect(await hall.find('train', { train }, `{columns: {t: {${rule}}}}`)).toMatchObject({ status: 'fail', judged: 2, broken: 2 })
  },
)
