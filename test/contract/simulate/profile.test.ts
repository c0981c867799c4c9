import { describe, expect, it } from 'vitest'
import { drawAnswers, target, withLabel } from '../../../bench/simulate/answers.ts'
import { columns, type Drawn, drawColumn } from '../../../bench/simulate/columns.ts'
import { inDays, rowsPerDay } from '../../../bench/simulate/dependent.ts'
import { profileOf } from '../../../bench/simulate/profile.ts'
import { scenarios } from '../../../bench/simulate/scenarios.ts'
import type { TableProfile } from '../../../src/core/schema/profile.ts'
import { random } from '../../../src/core/stats/random.ts'
import { buildProfile } from '../../../src/stages/profile-table.ts'
import { makeBench } from '../duckdb/support.ts'

/** The same values as a file: a missing one is an empty field. */
function csvOf(drawn: readonly Drawn[]): string {
  const rows = drawn[0]?.values.length ?? 0
  const field = ({ labels, values }: Drawn, row: number) => {
    const value = values[row] ?? Number.NaN
    return Number.isNaN(value) ? '' : labels === null ? String(value) : labels[value]
  }
  return [drawn.map(({ name }) => name), ...Array.from({ length: rows }, (_, row) => drawn.map((column) => field(column, row))), []]
    .map((fields) => fields.join(','))
    .join('\n')
}

/** Without what says which bytes these were. */
const counted = ({ columns: all, rows, pairs, duplicates }: TableProfile) => ({ rows, columns: all, pairs, duplicates })

describe('the profile of a simulated table', () => {
  it('with a label holds how the columns go together with it, as the engine counts it', async () => {
    await using bench = await makeBench()
    const rng = random(8)
    const [before, now] = [columns.map((spec) => drawColumn(spec, 700, rng)), columns.map((spec) => drawColumn(spec, 500, rng))]
    const labels = [700, 500].map((rows) => drawAnswers(rows, rng).label)
    const [first, second] = labels
    if (first === undefined || second === undefined) throw new Error('two labels')
    const options = { role: 'train', sensitive: [], pairs: { first: [target], labels: [target], leaveOut: [] } }
    const reference = await buildProfile(bench.engine, await bench.table('train.csv', csvOf([...before, first])), options)
    const current = await buildProfile(bench.engine, await bench.table('current.csv', csvOf([...now, second])), {
      ...options,
      role: 'current',
      reference,
    })
    const simulated = withLabel(profileOf('train', before, 1), before, first, 3, null)
    const today = withLabel(profileOf('current', now, 2, simulated), now, second, 4, simulated)
    expect(simulated.associations?.tables.length).toBeGreaterThan(5)
    expect([simulated.associations, simulated.pairs]).toEqual([reference.associations, reference.pairs])
    expect([today.associations, today.pairs]).toEqual([current.associations, current.pairs])
  })

  it.each([
    [200, 200],
    [3000, 1000],
  ])('is what the engine counts of the same values: %i rows of reference, %i of current', async (n, m) => {
    await using bench = await makeBench()
    const rng = random(3)
    const before = columns.map((spec) => drawColumn(spec, n, rng))
    const changed = new Map(scenarios.map((scenario) => [scenario.column, scenario]))
    const now = columns.map((spec) => {
      const scenario = changed.get(spec.name)
      return drawColumn(spec, m, rng, scenario?.draw ?? spec.make(0.02), scenario?.labels ?? spec.labels)
    })
    const options = { role: 'train', sensitive: [], pairs: { first: [], leaveOut: [] } }
    const reference = await buildProfile(bench.engine, await bench.table('train.csv', csvOf(before)), options)
    const current = await buildProfile(bench.engine, await bench.table('current.csv', csvOf(now)), {
      ...options,
      role: 'current',
      reference,
    })
    const simulated = profileOf('train', before, 1)
    expect(counted(simulated)).toEqual(counted(reference))
    expect(counted(profileOf('current', now, 2, simulated))).toEqual(counted(current))
  })

  it('and so are its days', async () => {
    await using bench = await makeBench()
    const rng = random(4)
    const rows = 16 * rowsPerDay
    const values = Float64Array.from({ length: rows }, () => (rng.next() < 0.1 ? 0 : rng.next() < 0.05 ? Number.NaN : rng.normal()))
    const drawn: Drawn = { name: 'x', storage: 'float', labels: null, values }
    const day = (row: number) => new Date(Date.UTC(2026, 0, 1 + Math.floor(row / rowsPerDay), 12)).toISOString().slice(0, 19)
    const lines = Array.from(values, (value, row) => `${Number.isNaN(value) ? '' : value},${day(row)}`)
    const table = await bench.table('days.csv', ['x,day', ...lines, ''].join('\n'))
    const counted = await buildProfile(bench.engine, table, { role: 'train', sensitive: [], time: 'day' })
    const simulated = profileOf('train', [drawn], 1)
    const [column] = simulated.columns
    if (column === undefined) throw new Error('one column')
    const first = Math.floor(Date.UTC(2026, 0, 1) / 86_400_000)
    const days = inDays(simulated, drawn, column, first)
    expect(days.blocks).toEqual(counted.blocks)
    expect(days.columns[0]?.blocks).toEqual(counted.columns.find(({ name }) => name === 'x')?.blocks)
  })
})
