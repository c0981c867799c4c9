/** A test set of a thousand features, and of as many columns that no model asks for. */
import * as native from '@duckdb/node-api'
import { describe, expect, it, vi } from 'vitest'
import type { StageResult } from '../../../src/core/schema/result.ts'
import { logistic } from '../../support/onnx-models.ts'
import { makeBench, outcome } from './support.ts'

const rows = 300
/** By row and feature, a number of [0, 1). */
const value = (row: number, at: number): number => ((row * 31 + at * 17) % 101) / 101

interface Evaluated {
  readonly result: StageResult
  /** what was asked of the rows once the file was opened */
  readonly asked: readonly string[]
}

async function evaluateWide(width: number): Promise<Evaluated> {
  const bench = makeBench()
  const { prototype } = native.DuckDBConnection
  const spies = (['run', 'stream'] as const).map((name) => vi.spyOn(prototype, name))
  try {
    const names = Array.from({ length: width }, (_, at) => `f${at}`)
    const line = (row: number) =>
      [
        row,
        ...names.map((_, at) => value(row, at).toFixed(4)),
        ...names.map((_, at) => (row + at) % 7),
        value(row, 0) > 0.5 === row % 9 > 0 ? 1 : 0,
      ].join(',')
    const header = ['id', ...names, ...names.map((name) => `unused_${name}`), 'label'].join(',')
    bench.write('test.csv', `${header}\n${Array.from({ length: rows }, (_, row) => line(row)).join('\n')}\n`)
    // only the first and the last of the features count
    const weights = names.map((_, at) => (at === 0 ? 4 : at === width - 1 ? 0.001 : 0))
    bench.write('model.onnx', logistic(weights, -2))
    bench.write('base.onnx', logistic(weights, -1))
    const result = await bench.evaluate(`models:
  m:
    task: binary
    model: model.onnx
    data: {test: test.csv, target: label, id: id, features: [${names.join(', ')}]}
    baseline: [base.onnx]
    evaluate: {metrics: {roc_auc: {min: 0.7}}}
`)
    const sql = spies.flatMap(({ mock }) => mock.calls.map(([text]) => text))
    return { result, asked: sql.filter((text) => !/read_csv|sniff_csv|unnest\(range|^\s*SET /.test(text)) }
  } finally {
    for (const spy of spies) spy.mockRestore()
    await bench.close()
  }
}

describe('evaluate on a thousand features', () => {
  it('judges by the numbers of each of them, and reads no column that nothing asks for', async () => {
    const { result, asked } = await evaluateWide(1000)
    expect(outcome(result)).toBe('pass')
    const auc = result.checks.find(({ id }) => id === 'evaluate.min:roc_auc')
    expect(auc).toMatchObject({ status: 'pass', n: rows })
    // the label is a threshold on the first feature, in eight rows of nine
    expect(auc?.observed).toBeGreaterThan(0.8)
    expect(auc?.observed).toBeLessThan(0.95)
    expect(asked.some((sql) => sql.includes('"f999"'))).toBe(true)
    expect(asked.filter((sql) => /unused_|(?<!DESCRIBE )SELECT \* FROM t\d/.test(sql))).toEqual([])
  }, 60_000)

  it('asks as many questions as on a hundred, and none that grows faster than their number', async () => {
    const [narrow, wide] = [await evaluateWide(100), await evaluateWide(1000)]
    expect([outcome(narrow.result), outcome(wide.result)]).toEqual(['pass', 'pass'])
    expect(wide.asked.length).toBe(narrow.asked.length)
    for (const [at, sql] of wide.asked.entries()) expect(sql.length / (narrow.asked[at]?.length ?? 0)).toBeLessThan(11)
  }, 60_000)
})
