/** Tables of counts and of weights. Those of hundreds of classes are read thousands of times by a bootstrap. */
import { describe, expect, it } from 'vitest'
import {
  averaged,
  balancedAccuracy,
  classCounts,
  falsePositiveRate,
  fBeta,
  kappa,
  matthews,
  npv,
  recall,
  specificity,
} from '../../../src/core/metrics/confusion.ts'
import { random } from '../../../src/core/stats/random.ts'

const classes = 60

/** most cells of it are empty, as those of many classes are; one class neither occurs nor is said */
function drawn(seed: number): Float64Array {
  const source = random(seed)
  return Float64Array.from({ length: classes * classes }, (_, cell) => {
    const truth = Math.floor(cell / classes)
    const said = cell % classes
    if (truth === 7 || said === 7) return 0
    const chance = truth === said ? 0.9 : 0.05
    return source.next() < chance ? 1 + Math.floor(20 * source.next()) : 0
  })
}

/** counts how often a number is read from the table */
function counting(table: Float64Array): { table: Float64Array; reads: () => number } {
  let reads = 0
  const watched = new Proxy(table, {
    get(target, key) {
      if (typeof key === 'string' && /^\d+$/.test(key)) reads += 1
      return Reflect.get(target, key, target)
    },
  })
  return { table: watched, reads: () => reads }
}

const perClass = { recall, specificity, falsePositiveRate, npv, f1: fBeta(1) }

describe('a table of many classes', () => {
  it.each(Object.entries(perClass))('%s of each class is what one class against the rest has', (_, metric) => {
    const table = drawn(3)
    for (const all of [false, true]) {
      const each = [...Array(classes).keys()].map((c) => classCounts(table, classes, c))
      const kept = each.filter(({ tp, fp, fn }) => all || tp + fp + fn > 0)
      expect(kept.length).toBe(all ? classes : classes - 1)
      const macro = kept.reduce((sum, counts) => sum + (metric(counts).value ?? 0), 0) / kept.length
      expect(averaged(table, classes, metric, 'macro', all).value).toBeCloseTo(macro, 12)
    }
  })

  it.each([
    ...Object.entries(perClass).map(
      ([name, metric]) => [name, (table: Float64Array) => averaged(table, classes, metric, 'macro')] as const,
    ),
    ['balanced accuracy', (table: Float64Array) => balancedAccuracy(table, classes)] as const,
  ])('%s looks at each cell a few times, and not once for each class', (_, read) => {
    const watched = counting(drawn(4))
    expect(read(watched.table).undefined).toBeNull()
    expect(watched.reads()).toBeLessThanOrEqual(4 * classes * classes)
  })
})

describe('coefficients between −1 and 1', () => {
  const tables = [...Array(300).keys()].map((seed) => {
    const source = random(seed)
    const k = 2 + source.below(4)
    return { k, weights: Array.from({ length: k }, () => 0.001 + source.next()) }
  })

  it('answers that are all right have 1 and no more, whatever the rows weigh', () => {
    for (const { k, weights } of tables) {
      const table = new Float64Array(k * k)
      weights.forEach((weight, c) => {
        table[c * k + c] = weight
      })
      for (const metric of [matthews, kappa]) {
        const { value } = metric(table, k)
        expect(value).toBeCloseTo(1, 12)
        expect(value).toBeLessThanOrEqual(1)
      }
    }
  })

  it('two classes that are exchanged have an MCC of −1 and no less', () => {
    for (const { weights } of tables) {
      const { value } = matthews(Float64Array.from([0, weights[0] ?? 0, weights[1] ?? 0, 0]), 2)
      expect(value).toBeCloseTo(-1, 12)
      expect(value).toBeGreaterThanOrEqual(-1)
    }
  })
})
