/** Checks whose aggregates ride in the profile's count are told what they would have been told by a scan of their own, and the profile is the same. */
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { fortyChecks } from '../../../bench/forty-checks.ts'
import { checkTable } from '../../../src/core/checks/table.ts'
import { countQuery } from '../../../src/core/profile/queries.ts'
import type { Expectation } from '../../../src/core/schema/config.ts'
import type { Table } from '../../../src/ports/data-engine.ts'
import { profileOnce } from '../../../src/stages/profile-table.ts'
import { tableFacts } from '../../../src/stages/table-facts.ts'
import { judgePlanned, planRole, ridersOfPlans } from '../../../src/stages/validate/judge.ts'
import { around, data, exampleOf } from '../../unit/checks/support.ts'
import { type Columns, type Hall, makeHall, times } from '../checks/support.ts'
import { config, find, makeYard } from './support.ts'

let hall: Hall
beforeAll(async () => {
  hall = await makeHall()
})
afterAll(() => hall[Symbol.asyncDispose]())

// those on their own may have a cheap way that they share (`aggregates`), as uniqueness has
const shared = checkTable.filter(({ name, scan, sqlKeys }) => (scan === 'shared' && sqlKeys.length === 0) || name === 'unique')

/** Each shared check's own example on each of these columns, those of tables once. */
const examples = (names: readonly string[]): readonly Expectation[] =>
  shared.flatMap((entry) => (entry.on === 'table' ? [exampleOf(entry)] : names.map((name) => exampleOf(entry, name))))

async function bothWays(table: Table, asked: readonly Expectation[]) {
  // an engine of its own name keeps no profile of equal bytes
  const engine = { ...hall.bench.engine }
  const facts = tableFacts(table, 'train')
  const planned = planRole(facts, asked, around({ data: data({ target: 'y' }) }))
  const riders = ridersOfPlans(planned)
  const options = { role: 'train', sensitive: [] }
  const taken = await profileOnce(engine, table, options, riders.wanted)
  const without = await profileOnce({ ...engine }, table, options)
  return {
    took: taken.rode !== null,
    profiles: [taken.profile, without.profile],
    findings: [
      (await judgePlanned(engine, planned, (scan) => riders.valuesOf(scan, taken.rode))).flatMap((one) => one.findings),
      (await judgePlanned(engine, planned)).flatMap((one) => one.findings),
    ],
  }
}

describe('riding', () => {
  const number = fc.option(fc.oneof(fc.integer({ min: -9, max: 9 }), fc.double({ noNaN: false }), fc.constantFrom(Infinity, -0)))
  const text = fc.option(fc.oneof(fc.string({ maxLength: 6 }), fc.constantFrom('', ' ', 'NA', '2', 'a@b.cd', '2024-02-30')))
  // names that a query of ours uses, or might
  const name = fc.oneof(
    fc.constantFrom(
      'c0',
      'x0',
      'v0',
      'print',
      'rows',
      's',
      'answer0',
      'counted_c0',
      'counted_x1',
      'of_profilerow',
      'a"b',
      "it's",
      '*',
      '?',
    ),
    fc.string({ minLength: 1, maxLength: 6 }).filter((one) => one.trim() === one && !one.includes('\0')),
  )

  it('changes no finding of any shared check, and nothing of the profile', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(name, { minLength: 3, maxLength: 3, selector: (one) => one.toLowerCase() }),
        fc
          .integer({ min: 1, max: 12 })
          .chain((rows) =>
            fc.tuple(
              fc.array(number, { minLength: rows, maxLength: rows }),
              fc.array(text, { minLength: rows, maxLength: rows }),
              fc.array(fc.option(fc.boolean()), { minLength: rows, maxLength: rows }),
            ),
          ),
        fc.integer({ min: 0, max: 5 }),
        async (names, [numbers, texts, truths], at) => {
          fc.pre(names.every((one) => one.toLowerCase() !== 'y'))
          const [a = '', b = '', c = ''] = names
          const columns: Columns = {
            [a]: Float64Array.from(numbers, (value) => value ?? Number.NaN),
            [b]: texts,
            [c]: truths,
            y: times(numbers.length, (i) => i % 2),
          }
          const all = examples(names)
          // as many as have room, another part of them each time
          const some = all.filter((_, i) => i % 6 === at)
          const { took, profiles, findings } = await bothWays(await hall.parquet(columns), some)
          expect(took).toBe(true)
          expect(findings[0]).toEqual(findings[1])
          expect(profiles[0]).toEqual(profiles[1])
        },
      ),
      { numRuns: 30, seed: 3 },
    )
  }, 120_000)

  it('puts no row into a group: no check wants an aggregate for which the engine would', async () => {
    const columns: Columns = { a: [1, 2, 3], b: ['x', 'y', null], y: [0, 1, 0] }
    const table = await hall.parquet(columns)
    const facts = tableFacts(table, 'train')
    for (const expectation of examples(['a', 'b'])) {
      const planned = planRole(facts, [expectation], around({ data: data({ target: 'y' }) }))
      const query = countQuery(facts, [], { print: true, riders: ridersOfPlans(planned).wanted })
      const [row] = await hall.bench.engine.aggregate({ sql: `EXPLAIN ${query?.sql}`, values: query?.values ?? [] })
      expect([expectation.check, /\w+_GROUP_BY|UNGROUPED_AGGREGATE/.exec(JSON.stringify(row))?.[0]]).toEqual([
        expectation.check,
        'UNGROUPED_AGGREGATE',
      ])
    }
  })
})

describe('validate', () => {
  const rows = (n: number) => `a,b,y\n${times(n, (i) => `${i},t${i % 5},${i % 2}`).join('\n')}\n`

  it('goes through the rows no more often for forty checks than for none', async () => {
    const names = Object.keys(fortyChecks.columns)
    const kinds: Readonly<Record<string, (i: number) => unknown>> = {
      placed_at: (i) => `2024-01-01 00:00:${String(i % 60).padStart(2, '0')}`,
      region: () => 'north',
      product: (i) => `product ${1000 + i}`,
      returned: (i) => i % 2 === 0,
      customer: (i) => `customer/eu/1/${String(i).padStart(16, '0')}`,
    }
    const cells = (i: number) => names.map((name) => (kinds[name] ?? ((at: number) => (name === 'score' ? 0.5 : 20) + (at % 9)))(i))
    const content = [names, ...times(300, (i) => cells(i))].map((row) => row.join(',')).join('\n')
    const judge = async (expect: string) => {
      const heard: string[] = []
      // one engine makes one profile of these bytes
      await using yard = await makeYard((sql) => heard.push(sql))
      await yard.write('a.csv', content)
      const { verdict, checks } = await yard.validate(config('{train: a.csv}', expect))
      return { verdict, checks: checks.length, scans: heard.filter((sql) => sql.includes('FROM t')).length }
    }
    const [without, judged] = [await judge('{}'), await judge(JSON.stringify(fortyChecks))]
    expect([without.verdict, judged.verdict, judged.checks - without.checks]).toEqual(['pass', 'pass', 50])
    expect(without.scans).toBeGreaterThan(2)
    expect(judged.scans).toBe(without.scans)
  })

  it("SQL of the config that fails on the data is that check's error: the others and the profile are what they are without it", async () => {
    const heard: string[] = []
    await using yard = await makeYard((sql) => heard.push(sql))
    await yard.write('a.csv', rows(50))
    const good = 'a: {max: 40, severity: warn}'
    const result = await yard.validate(
      config('{train: a.csv, target: y}', `{columns: {${good}, b: {length: {min: 1, where: "CAST(b AS INTEGER) > 0"}}}}`),
    )
    const profile = await yard.profile()
    // it went along first: that is what failed
    expect(heard.some((sql) => sql.includes('CAST(b AS INTEGER)') && sql.includes('bit_xor'))).toBe(true)
    expect(find(result, 'validate.length:b')).toMatchObject({ status: 'error', effect: 'error' })
    expect(find(result, 'validate.length:b').message).toContain('BAD_SQL')
    expect(find(result, 'validate.read:train').status).toBe('pass')
    const plain = await yard.validate(config('{train: a.csv, target: y}', `{columns: {${good}}}`))
    expect(find(result, 'validate.max:a')).toEqual(find(plain, 'validate.max:a'))
    expect(find(result, 'validate.max:a')).toMatchObject({ status: 'fail', n: 50 })
    expect(await yard.profile()).toEqual(profile)
  })

  it('checks are judged where the profile has trouble of its own', async () => {
    await using yard = await makeYard()
    await yard.write('a.csv', rows(50))
    const result = await yard.validate(config('{train: a.csv, target: y, kinds: {nope: text}}', '{columns: {a: {max: 40}}}'))
    expect(find(result, 'validate.max:a')).toMatchObject({ status: 'fail', n: 50 })
    expect(result.checks.filter(({ message }) => message.includes('UNKNOWN_COLUMN'))).toHaveLength(1)
  })
})
