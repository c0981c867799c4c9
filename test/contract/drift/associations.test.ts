import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { driftDetails } from '../../../src/core/schema/drift-details.ts'
import type { StageResult } from '../../../src/core/schema/result.ts'
import { numbers } from '../../support/project.ts'
import { type Desk, makeDesk } from './support.ts'

let desk: Desk
beforeEach(() => {
  desk = makeDesk()
})
afterEach(() => desk.close())

const config = (more = '', target = 'target: y, positive: 1') =>
  `models: {m: {model: m.onnx, data: {train: train.csv, current: current.csv, ${target}${more}}}}\n`
const found = ({ checks }: StageResult) =>
  checks.filter(({ id, effect }) => id.startsWith('drift.association:') && effect !== 'pass').map(({ id, effect }) => `${id} ${effect}`)
const summaryOf = ({ checks }: StageResult) => checks.find(({ id }) => id === 'drift.associations')

const cities = ['Ost', 'West', 'Nord', 'Süd']
/** @param tells chance of a positive label, by city */
function table(seed: number, tells: readonly number[], rows = 1200): string {
  const next = numbers(seed)
  const lines = Array.from({ length: rows }, () => {
    const city = Math.floor(next() * 4)
    return `${cities[city]},${(next() * 9).toFixed(3)},${next() < (tells[city] ?? 0) ? 1 : 0}`
  })
  return `city,x,y\n${lines.join('\n')}\n`
}

describe('what a category tells of the label', () => {
  it('is found when it is gone, although no column moved', async () => {
    desk.write('train.csv', table(1, [1, 0, 1, 0]))
    desk.write('current.csv', table(2, [0.5, 0.5, 0.5, 0.5]))
    const result = await desk.run(config(), ['validate', 'drift'])
    expect(found(result)).toEqual(['drift.association:city~y fail'])
    expect(driftDetails.parse(result.details).columns.map(({ state }) => state)).toEqual(['ok', 'ok', 'ok'])
    const check = result.checks.find(({ id }) => id === 'drift.association:city~y')
    expect(check?.message).toMatch(
      /^city tells something else of y: with the 2nd most frequent value of city, the most frequent value of y has 49\.7 % of the rows \(had 0 %\); with the 3rd most frequent value, 45\.6 % \(had 100 %\); changed by 1\.\d+ \(limit 0\.2; Cramér’s V 0\.999 → 0\), q < 1e−16$/,
    )
    expect(check?.observed).toBeGreaterThan(0.9)
    expect(driftDetails.parse(result.details).correlations?.[0]).toMatchObject({ a: 'city', b: 'y', measure: 'cramers_v', state: 'fail' })
    for (const city of cities) expect(JSON.stringify(result)).not.toContain(city)
  })

  it('is found when cities change places, which no difference of V would show', async () => {
    desk.write('train.csv', table(1, [0.9, 0.1, 0.9, 0.1]))
    desk.write('current.csv', table(2, [0.1, 0.9, 0.1, 0.9]))
    const result = await desk.run(config(), ['validate', 'drift'])
    expect(found(result)).toEqual(['drift.association:city~y fail'])
    const row = driftDetails.parse(result.details).correlations?.find(({ a }) => a === 'city')
    expect(Math.abs((row?.reference ?? 0) - (row?.current ?? 1))).toBeLessThan(0.05)
    expect(row?.change).toBeGreaterThan(1.5)
  })

  it('is not called changed when only the label or only the cities are more frequent', async () => {
    desk.write('train.csv', table(1, [0.9, 0.1, 0.5, 0.3], 4000))
    // the same odds ratios: every logit moved by 1
    const moved = [0.9, 0.1, 0.5, 0.3].map((p) => 1 / (1 + Math.exp(-Math.log(p / (1 - p)) - 1)))
    desk.write('current.csv', table(2, moved, 4000))
    const result = await desk.run(config(), ['validate', 'drift'])
    expect(result.checks.filter(({ effect }) => effect === 'fail' || effect === 'warn').map(({ id }) => id)).toEqual(['drift.shift:y'])
    expect(summaryOf(result)).toMatchObject({ status: 'pass', observed: 0, n: 1 })
  })

  it('is asked of a number that is the label, and of a number beside several classes', async () => {
    const rows = (seed: number, slope: number) => {
      const next = numbers(seed)
      const lines = Array.from({ length: 1500 }, () => {
        const city = Math.floor(next() * 4)
        const price = slope * city + 3 * (next() + next() + next())
        return `${cities[city]},${['low', 'middle', 'high'][Math.floor(next() * 3)]},${price.toFixed(3)}`
      })
      return `city,size,price\n${lines.join('\n')}\n`
    }
    desk.write('train.csv', rows(1, 3))
    desk.write('current.csv', rows(2, 0))
    const priced = await desk.run(config('', 'target: price'), ['validate', 'drift'])
    expect(found(priced)).toEqual(['drift.association:city~price fail'])
    expect(priced.checks.find(({ id }) => id === 'drift.association:city~price')?.message).toContain('correlation ratio 0.914 → 0.05')
    const classed = await desk.run(config('', 'target: city'), ['validate', 'drift'])
    expect(found(classed)).toEqual(['drift.association:price~city fail'])
  })

  it('of a sensitive column is not looked at, nor where it is switched off', async () => {
    desk.write('train.csv', table(1, [1, 0, 1, 0]))
    desk.write('current.csv', table(2, [0.5, 0.5, 0.5, 0.5]))
    for (const text of [config(', sensitive: [city]'), config().replace('positive: 1}', 'positive: 1}, drift: {correlations: false}')]) {
      const result = await desk.run(text, ['validate', 'drift'])
      expect(found(result)).toEqual([])
      expect(summaryOf(result)).toBeUndefined()
    }
  })

  it('is said not to be known of a profile that an earlier version stored', async () => {
    desk.write('train.csv', table(1, [1, 0, 1, 0]))
    desk.write('current.csv', table(2, [0.5, 0.5, 0.5, 0.5]))
    await desk.run(config(), ['validate'])
    const profile = JSON.parse(desk.read('.modelgate/m/profile.json'))
    for (const one of profile.tables) delete one.associations
    desk.write('old.json', JSON.stringify(profile))
    const text = config().replace('positive: 1}', 'positive: 1}, drift: {reference: {profile: old.json}}')
    const result = await desk.run(text, ['validate', 'drift'])
    expect(found(result)).toEqual([])
    expect(summaryOf(result)).toMatchObject({
      status: 'skipped',
      message: expect.stringContaining('the profile of the reference has no counts'),
    })
  })

  it('the seeds of what is drawn by chance stand in the result', async () => {
    desk.write('train.csv', table(1, [1, 0, 1, 0]))
    desk.write('current.csv', table(2, [1, 0, 1, 0]))
    const result = await desk.run(config(), ['validate', 'drift'])
    expect(driftDetails.parse(result.details).seeds).toEqual({ blocks: 20010401, cells: 20010201, classifier: 20010401 })
    expect(result.verdict).toBe('pass')
  })
})
