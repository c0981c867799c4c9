import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  bytes,
  change,
  changeInterval,
  count,
  distance,
  duration,
  figure,
  level,
  levelInterval,
  probability,
  share,
  shortDigest,
  shortened,
  written,
  writtenChange,
} from '../../../src/core/report/format.ts'

const read = (text: string) => Number(text.replaceAll(',', '').replace('−', '-'))

describe('GATE-08 a figure shows on which side of its limit it lies', () => {
  it('never rounds onto or over the limit', () => {
    expect(figure(0.8996, [0.9])).toBe('0.8996')
    expect(figure(0.89999999, [0.9])).toBe('0.89999999')
    expect(figure(0.9, [0.9])).toBe('0.900')
    expect(figure(0.1 + 0.2, [0.3])).toBe('0.300')
    expect(figure(0.001 * (1 - 1e-10), [0.001])).toBe('0.0009999999999')
    expect(figure(0.00019999, [0.0002])).toBe('1.9999e−4')
    expect(figure(10_000_001, [10_000_000])).toBe('1.0000001e7')
  })

  it('holds for any value and limit', () => {
    const size = fc.double({ min: 1e-6, max: 1e9, noNaN: true })
    fc.assert(
      fc.property(size, fc.double({ min: -1e-3, max: 1e-3, noNaN: true }), (limit, off) => {
        const value = limit * (1 + off)
        if (Math.abs(value - limit) < 1e-10 * limit) return
        expect(Math.sign(read(figure(value, [limit])) - Number(limit.toPrecision(12)))).toBe(Math.sign(value - limit))
      }),
    )
  })

  it('whatever it is: an end of an interval, a probability, a share, a size of a file', () => {
    expect(changeInterval([-0.00504, 0.0001], 'pp', [-0.005])).toBe('−0.504 to +0.01 pp')
    expect(levelInterval([0.89996, null], 'pp', [0.9])).toBe('≥ 0.89996')
    expect([0.0504, 0.0496, 0.05].map((p) => probability(p, [0.05]))).toEqual(['0.0504', '0.0496', '0.050'])
    expect(probability(0.00014, [0.0001])).toBe('1.4e−4')
    expect([0.05004, 0.04996, 0.05].map((part) => share(part, [0.05]))).toEqual(['5.004 %', '4.996 %', '5 %'])
    expect(bytes(10_000_400, [10_000_000])).toBe('10.0004 MB')
    expect(shortened(12.0004, 3, [12])).toBe(12.0004)
  })

  it('a part is neither nothing nor all', () => {
    expect([0, 0.0003, 0.123, 0.9998, 1, 1e-9].map((part) => share(part))).toEqual(['0 %', '0.03 %', '12.3 %', '99.98 %', '100 %', '0 %'])
  })

  it('shows two figures side by side with the same digits', () => {
    expect(figure(0.6911, [0.67], [0.6702])).toBe('0.6911')
    expect(figure(0.6702, [0.67], [0.6911])).toBe('0.6702')
  })
})

describe('figures', () => {
  it.each([
    [0, '0.000'],
    [0.691, '0.691'],
    [12.3456, '12.35'],
    [568.4, '568.4'],
    [48120, '48,120'],
    [-3.5, '−3.500'],
    [1.2e-9, '1.20e−9'],
    [-1.2e-9, '−1.20e−9'],
    [3e9, '3.00e9'],
    [null, '–'],
    [Number.NaN, '–'],
  ])('%s is %s', (value, text) => {
    expect(figure(value)).toBe(text)
  })

  it('says changes with their sign, in points where the metric is a share', () => {
    expect(change(0.011, 'pp')).toBe('+1.1 pp')
    expect(change(-0.0004, 'pp')).toBe('−0.04 pp')
    expect(change(0, 'pp')).toBe('±0 pp')
    expect(change(-0.0102, 'pp', [-0.01])).toBe('−1.02 pp')
    expect(change(0.0042, '')).toBe('+0.004')
    expect(writtenChange(0.005, 'pp')).toBe('0.5 pp')
  })

  it('says intervals, open ends included', () => {
    expect(changeInterval([0.006, 0.016], 'pp')).toBe('+0.6 to +1.6 pp')
    expect(changeInterval([-0.004, null], 'pp')).toBe('≥ −0.4 pp')
    expect(levelInterval([0.685, 0.698], 'pp')).toBe('0.685 to 0.698')
    expect(levelInterval([null, 0.7], 'pp')).toBe('≤ 0.700')
  })

  it('does not take the name of a thing every object has for a unit', () => {
    expect(level(0.5, 'constructor')).toBe('0.500')
    expect(change(0.5, 'toString')).toBe('+0.500')
  })

  it('says counts, times, probabilities and digests as people read them', () => {
    expect(count(1234567)).toBe('1,234,567')
    expect(written(0.01)).toBe('0.01')
    expect([340, 2100, 59_990, 3_725_000].map(duration)).toEqual(['340 ms', '2.1 s', '1 min 0 s', '1 h 2 min'])
    expect([1e-20, 0.0001, 0.52].map((p) => probability(p))).toEqual(['< 1e−16', '1e−4', '0.520'])
    expect(shortDigest(`sha256:${'ab'.repeat(32)}`)).toBe('sha256:abababababab')
  })
})

describe('a distance or a strength', () => {
  it.each([
    [0, '0'],
    [1.86e-9, '< 0.0001'],
    [-1.86e-9, '> −0.0001'],
    [0.0001, '0.0001'],
    [0.00034, '0.0003'],
    [-0.0004, '−0.0004'],
    [0.0417, '0.042'],
    [1.25, '1.250'],
    [null, '–'],
  ])('%s is shown as %s: never a power of ten', (value, text) => {
    expect(distance(value)).toBe(text)
  })

  it('against a limit that is as small is a figure that shows on which side it lies', () => {
    expect(distance(1.86e-9, [2e-9])).toBe('1.86e−9')
    expect(distance(0.0999, [0.1])).toBe('0.0999')
    expect(distance(0.00049999, [0.0005])).toBe('4.9999e−4')
  })
})
