/** What is made of times, and what is said of them where it cannot be made. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Desk, makeDesk } from './support.ts'

let desk: Desk
const start = Date.UTC(2025, 0, 6)
/** Rows of so many whole days, four an hour. */
const rows = (days: number, at: (time: Date) => string): string =>
  `at,x,y\n${Array.from({ length: days * 96 }, (_, i) => `${at(new Date(start + i * 900_000))},${(i * 7919) % 601},${i % 2}`).join('\n')}\n`
const iso = (time: Date) => time.toISOString().slice(0, 19)

beforeAll(() => {
  desk = makeDesk()
  desk.write('train.csv', rows(28, iso))
  desk.write('days.csv', rows(3, iso))
  desk.write(
    'german.csv',
    rows(28, (time) => `${time.getUTCDate()}.${time.getUTCMonth() + 1}.2025`),
  )
  desk.write(
    'seconds.csv',
    rows(28, (time) => String(time.getTime() / 1000)),
  )
})
afterAll(() => desk.close())

const run = (current: string) =>
  desk.run(
    `models: {m: {model: m.onnx, data: {train: train.csv, current: ${current}, target: y, positive: 1}, drift: {correlations: false}}}`,
    ['validate', 'drift'],
  )

describe('a column of times', () => {
  it('is tested by what both sides make of it, and the rest is not said to be', async () => {
    const { checks } = await run('days.csv')
    const ids = checks.map(({ id }) => id)
    expect(ids).toContain('drift.shift:at (hour)')
    expect(ids).not.toContain('drift.shift:at (weekday)')
    expect(checks.find(({ id }) => id === 'drift.shift:at')?.message).toBe(
      'at was not tested: time moves on by itself; at (hour) is tested for it; at (weekday) is not: current data do not make it',
    )
  })

  it.each([
    ['german.csv', 'VARCHAR'],
    ['seconds.csv', 'BIGINT'],
  ])('that is none in %s cannot be compared', async (current, type) => {
    const { verdict, checks } = await run(current)
    expect(verdict).toBe('fail')
    expect(checks.filter(({ status }) => status === 'fail').map(({ id, message }) => [id, message])).toEqual([
      ['drift.type:at', `at cannot be compared: its type changed from TIMESTAMP to ${type}`],
    ])
  })
})
