/** A forest adds the votes of its trees up in float32: where all agree, 1.00000012 comes out, and that is the probability 1. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { evaluateDetails } from '../../../src/core/schema/evaluate-details.ts'
import { sideBySide } from '../../support/onnx-models.ts'
import { type Bench, makeBench, outcome } from './support.ts'

let bench: Bench
beforeEach(() => {
  bench = makeBench()
})
afterEach(() => bench.close())

/** the float32 after 1 */
const sure = 1 + 2 ** -23
/** every fourth row is answered wrongly, and surely */
const rows = Array.from({ length: 120 }, (_, i) => ({ y: i % 3, said: i % 4 === 0 ? (i + 1) % 3 : i % 3 }))
const votes = (said: number, one: number) => [0, 1, 2].map((k) => (k === said ? one : 0)).join(',')
const test = (one: number) => `a,b,c,y\n${rows.map(({ y, said }) => `${votes(said, one)},${y}`).join('\n')}\n`
const several = `models:
  m:
    task: multiclass
    model: m.onnx
    data: {test: test.csv, target: y}
    evaluate: {metrics: [log_loss, brier, ece, accuracy], calibration: {}}
    baseline: {from: [], on_missing: pass}
`

const measured = (result: Awaited<ReturnType<Bench['evaluate']>>) => {
  expect(result.verdict, outcome(result)).not.toBe('error')
  return evaluateDetails.parse(result.details).metrics.map(({ name, candidate }) => [name, candidate.value])
}

describe('probabilities that rounding put outside [0, 1]', () => {
  it('of a model are the probabilities that they stand for, and every metric is the same', async () => {
    bench.write('m.onnx', sideBySide(['a', 'b', 'c']))
    bench.write('test.csv', test(1))
    const exact = await bench.evaluate(several)
    bench.write('test.csv', test(sure))
    const summed = await bench.evaluate(several)
    expect(measured(summed)).toEqual(measured(exact))
    expect(measured(summed)).toContainEqual(['brier', 0.5])
    expect(summed.checks.find(({ id }) => id === 'evaluate.calibration')?.status).toBe('fail')
  })

  it.each([
    ['probability', (p: number) => `${p}`],
    ['probability_0,probability_1', (p: number) => `${p > 1 ? 0 : 1 - p},${p}`],
  ])('of stored answers count too: %s', async (columns, write) => {
    const binary = several
      .replace('multiclass', 'binary')
      .replace('m.onnx', 'm.bin\n    format: opaque\n    score: {predictions: answers.csv}')
    const two = rows.map(({ y, said }) => ({ y: y === 0 ? 1 : 0, said: said === 0 ? sure : 0 }))
    bench.write('m.bin', 'trees of some kind')
    bench.write('test.csv', `x,y\n${two.map(({ y }, i) => `${i},${y}`).join('\n')}\n`)
    const answers = (of: (p: number) => number) => `${columns}\n${two.map(({ said }) => write(of(said))).join('\n')}\n`
    bench.write(
      'answers.csv',
      answers((p) => Math.min(1, p)),
    )
    const exact = measured(await bench.evaluate(binary))
    bench.write(
      'answers.csv',
      answers((p) => p),
    )
    expect(measured(await bench.evaluate(binary))).toEqual(exact)
    bench.write(
      'answers.csv',
      answers((p) => p * 1.01),
    )
    expect(outcome(await bench.evaluate(binary))).toMatch(/SCORES_OUTSIDE: .* in 40 of 120 rows/)
  })
})
