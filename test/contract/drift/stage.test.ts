import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { driftDetails } from '../../../src/core/schema/drift-details.ts'
import type { StageResult } from '../../../src/core/schema/result.ts'
import { type Desk, flights, makeDesk } from './support.ts'

const detailsOf = (result: StageResult) => driftDetails.parse(result.details)
const states = (result: StageResult) => Object.fromEntries(detailsOf(result).columns.map(({ column, state }) => [column, state]))
const codeOf = (result: StageResult) => /^[A-Z_]+/.exec(result.checks[0]?.message ?? '')?.[0]

describe('February against May, real flights', () => {
  let desk: Desk
  let may: StageResult
  beforeAll(async () => {
    desk = makeDesk()
    desk.copy(`${flights}/data`, 'data')
    may = await desk.run(readFileSync(`${flights}/modelgate.yml`, 'utf8'), ['validate', 'drift'])
  })
  afterAll(() => desk.close())

  it('the share of late flights moved enough to warn, and no feature did', () => {
    expect(may.verdict).toBe('warn')
    expect(may.checks.filter(({ effect }) => effect === 'warn').map(({ id }) => id)).toEqual(['drift.shift:late'])
    const { hour, weekday, distance, origin, destination, late } = states(may)
    expect(late).toBe('warn')
    // four weeks against a month: of whole weeks no days are missing, so the weekday says little
    for (const state of [hour, weekday, distance, origin, destination]) expect(['ok', 'immaterial', 'inconclusive']).toContain(state)
  })

  it('says how far, on how many rows, and in which figures', () => {
    const late = may.checks.find(({ id }) => id === 'drift.shift:late')
    expect(late?.message).toBe(
      'late moved: positive 23.2 % → 16 %. JS* 0.073 (limit 0.05), q = 0.002, 30,000 rows against 40,000, in blocks of 1 day (31 against 28)',
    )
    expect(detailsOf(may).reference).toMatchObject({ from: 'data.train of this run', rows: 40_000 })
    expect(may.inputs.map(({ role, path, rows }) => ({ role, path, rows }))).toEqual([
      { role: 'current', path: 'data/current.parquet', rows: 30_000 },
    ])
  })

  it('never looks at the delay, the identifier or the date', () => {
    expect(Object.keys(states(may))).toEqual(['hour', 'weekday', 'distance', 'origin', 'destination', 'late'])
  })
})

/** 600 rows: a number, a label and a target; `shift` moves the number, `extra` adds rows of a new label. */
function csv({ shift = 0, rows = 600, columns = ['x', 'c', 'y'], newRows = 0 } = {}): string {
  const lines = Array.from({ length: rows }, (_, i) => {
    const cells: Record<string, string> = {
      x: String(((i * 7919) % 601) / 10 + shift),
      c: i < newRows ? 'fresh' : (['red', 'green', 'blue'][i % 3] ?? ''),
      y: String(i % 4 === 0 ? 1 : 0),
    }
    return columns.map((column) => cells[column]).join(',')
  })
  return `${[columns.join(','), ...lines].join('\n')}\n`
}

const config = (more: { data?: string; rest?: string; model?: string } = {}) => `
models:
  m:
    model: ${more.model ?? 'm.onnx'}
    data: {${more.data ?? 'train: train.csv, current: current.csv'}, target: y, positive: 1}
    ${more.rest ?? ''}
`

describe('the drift stage', () => {
  let desk: Desk
  beforeAll(() => {
    desk = makeDesk()
    desk.write('train.csv', csv())
    desk.write('current.csv', csv({ shift: 20, newRows: 90 }))
  })
  afterAll(() => desk.close())

  it('finds a moved number and a new label, and fails off a pull request', async () => {
    const result = await desk.run(config(), ['validate', 'drift'])
    expect(result.verdict).toBe('fail')
    expect(states(result)).toEqual({ x: 'fail', c: 'fail', y: 'ok' })
    expect(result.checks.map(({ id, effect }) => `${id} ${effect}`)).toEqual([
      'drift.shift:x fail',
      'drift.range:x fail',
      'drift.shift:c fail',
      'drift.unseen:c fail',
      'drift.shift:y pass',
      'drift.correlations pass',
      'drift.associations pass',
      'drift.predictions skipped',
    ])
    expect(JSON.stringify(result)).not.toContain('fresh')
  })

  it('is capped at warn on a pull request, but not where a fail limit was written', async () => {
    expect((await desk.run(config(), ['validate', 'drift'], { pullRequest: true })).verdict).toBe('warn')
    const written = config({ rest: 'drift: {columns: {x: {shift: {fail: 0.2}}}}' })
    expect((await desk.run(written, ['validate', 'drift'], { pullRequest: true })).verdict).toBe('fail')
  })

  it('gives the same figures against a stored profile: current data are counted at its edges', async () => {
    const own = await desk.run(config(), ['validate', 'drift'])
    desk.write('stored.json', desk.read('.modelgate/m/profile.json'))
    // this run trains on other data, so its own cells are others
    desk.write('other.csv', csv({ shift: 3, rows: 500 }))
    const other = config({ data: 'train: other.csv, current: current.csv', rest: 'drift: {reference: {profile: stored.json}}' })
    const stored = await desk.run(other, ['validate', 'drift'])
    expect(detailsOf(stored).columns).toEqual(detailsOf(own).columns)
    expect(detailsOf(stored).reference.from).toBe('stored.json')
  })

  it.each([
    ['became sensitive after the profile was stored', '', ', sensitive: [word, size]'],
    ['was sensitive when the profile was stored', ', sensitive: [word, size]', ''],
  ])('a column that %s has not drifted for that', async (_, then, now) => {
    const rows = (first: number) =>
      `word,size,y\n${Array.from({ length: 600 }, (_, i) => `${['a', 'b', 'c'][(i + first) % 3]},${((i * 7919 + first) % 997) / 10},${i % 2}`).join('\n')}\n`
    desk.write('words.csv', rows(0))
    desk.write('words-now.csv', rows(1))
    await desk.run(config({ data: `train: words.csv${then}` }), ['validate'])
    desk.write('stored.json', desk.read('.modelgate/m/profile.json'))
    const against = config({ data: `current: words-now.csv${now}`, rest: 'drift: {reference: {profile: stored.json}}' })
    const { checks, verdict } = await desk.run(against, ['validate', 'drift'])
    expect(checks.filter(({ effect }) => effect === 'fail' || effect === 'warn')).toEqual([])
    expect(verdict).toBe('pass')
    // a real shift is still seen
    desk.write('words-now.csv', rows(0).replaceAll(/,(\d)/g, ',9$1'))
    expect(states(await desk.run(against, ['validate', 'drift'])).size).toBe('fail')
  })

  it('uses the profile a fetched model brought, not the data of this repository', async () => {
    await desk.run(config(), ['validate'])
    desk.write('cache/profile.json', desk.read('.modelgate/m/profile.json'))
    const fetched = {
      ref: 'production',
      resolved: 'm@1.4.0',
      version: '1.4.0',
      model: { path: 'cache/m.onnx', digest: 'sha256:00', bytes: 1 },
      profile: 'cache/profile.json',
    }
    desk.write('other.csv', csv({ shift: 20 }))
    const text = config({ model: 'production', data: 'train: other.csv, current: current.csv' })
    const brought = await desk.run(text, ['validate', 'fetch', 'drift'], { fetched })
    expect(detailsOf(brought).reference.from).toBe('the training profile of m@1.4.0')
    expect(states(brought).x).toBe('fail')
    const without = await desk.run(text, ['validate', 'fetch', 'drift'], { fetched: { ...fetched, profile: null } })
    expect(detailsOf(without).reference.from).toBe('data.train of this run')
    expect(states(without).x).toBe('ok')
  })

  it('takes data files as a reference, and a stored profile as current data', async () => {
    const files = await desk.run(config({ rest: 'drift: {reference: current.csv}' }), ['validate', 'drift'])
    expect(files.inputs.map(({ role }) => role)).toEqual(['reference', 'current'])
    expect(detailsOf(files)).toMatchObject({ same_data: true, columns: [] })
    desk.write('now.json', desk.read('.modelgate/m/profile.json'))
    const profile = await desk.run(config({ data: 'train: train.csv, current: {profile: now.json}' }), ['validate', 'drift'])
    expect(states(profile)).toEqual({ x: 'fail', c: 'fail', y: 'ok' })
  })

  it('says that the same data is the same, and is skipped rather than green', async () => {
    const same = await desk.run(config({ data: 'train: train.csv, current: train.csv' }), ['validate', 'drift'])
    expect(same.verdict).toBe('skipped')
    expect(same.checks.map(({ id }) => id)).toEqual(['drift.same_data'])
  })

  it('a list that is text now, and text that is a list, is another type and not another length', async () => {
    const lines = (tags: (i: number) => unknown) =>
      Array.from({ length: 300 }, (_, i) => JSON.stringify({ x: i % 40, tags: tags(i), y: i % 2 })).join('\n')
    desk.write(
      'lists.jsonl',
      lines((i) => ['a', 'b'].slice(i % 2)),
    )
    desk.write(
      'texts.jsonl',
      lines((i) => `${i % 7} words of some length that nobody compares`),
    )
    desk.write(
      'gone.jsonl',
      lines(() => null),
    )
    const tags = async (train: string, current: string) => {
      const result = await desk.run(config({ data: `train: ${train}.jsonl, current: ${current}.jsonl` }), ['validate', 'drift'])
      return result.checks.flatMap(({ id, message }) => (id.endsWith('tags') || id.includes('tags (') ? [`${id}: ${message}`] : []))
    }
    expect(await tags('lists', 'texts')).toEqual(['drift.type:tags: tags cannot be compared: its type changed from VARCHAR[] to VARCHAR'])
    expect(await tags('texts', 'lists')).toEqual(['drift.type:tags: tags cannot be compared: its type changed from VARCHAR to VARCHAR[]'])
    // where nothing is there no type is, either
    expect((await tags('lists', 'gone')).join('\n')).not.toContain('drift.type')
    expect((await tags('lists', 'lists')).join('\n')).not.toContain('drift.type')
  })

  it('does not need the label in current data', async () => {
    desk.write('unlabelled.csv', csv({ columns: ['x', 'c'] }))
    const result = await desk.run(config({ data: 'train: train.csv, current: unlabelled.csv' }), ['validate', 'drift'])
    expect(Object.keys(states(result))).toEqual(['x', 'c'])
  })
})

describe('rows compared as independent, though the config says what makes them alike', () => {
  let desk: Desk
  const timed = (time: (day: number) => string, columns = 'x,y,t', days = 20) =>
    `${columns}\n${Array.from({ length: 400 }, (_, i) => [(i * 7919) % 97, i % 4 === 0 ? 1 : 0, time(i % days)].slice(0, columns.split(',').length).join(',')).join('\n')}\n`
  const iso = (day: number) => `2026-03-${String(day + 1).padStart(2, '0')}`
  const dotted = (day: number) => `${day + 1}.3.2026`
  beforeAll(() => {
    desk = makeDesk()
    desk.write('train.csv', timed(iso))
    desk.write('current.csv', timed(iso, 'x,y,t', 16))
    desk.write('dotted.csv', timed(dotted))
    desk.write('bare.csv', timed(iso, 'x,y'))
  })
  afterAll(() => desk.close())

  const said = async (data: string, rest = '') => {
    const { checks } = await desk.run(config({ data: `${data}, features: [x]`, rest }), ['validate', 'drift'])
    expect(checks.find(({ id }) => id === 'drift.shift:x')?.status).toBe('pass')
    const check = checks.find(({ id }) => id === 'drift.blocks')
    return check === undefined ? null : `${check.effect}: ${check.message}`
  }
  const about = 'skipped: Rows were compared as if none depended on another, though data.time names t: '

  it('is said, with the side that has no blocks and why', async () => {
    expect(await said('train: train.csv, current: bare.csv, time: t')).toBe(`${about}data.current has no column t`)
    expect(await said('train: dotted.csv, current: current.csv, time: t')).toBe(
      `${about}data.train of this run holds it as VARCHAR, and not as dates or timestamps; data.current has no blocks of it`,
    )
  })

  it('is not said where blocks are compared, where nothing makes rows alike, and where rows were asked for', async () => {
    expect(await said('train: train.csv, current: current.csv, time: t')).toBeNull()
    expect(await said('train: train.csv, current: bare.csv')).toBeNull()
    expect(await said('train: train.csv, current: bare.csv, time: t', 'drift: {blocks: rows}')).toBeNull()
  })
})

describe('trouble of the drift stage is one sentence', () => {
  let desk: Desk
  beforeAll(() => {
    desk = makeDesk()
    desk.write('train.csv', csv())
    desk.write('current.csv', csv())
  })
  afterAll(() => desk.close())

  const erring = async (text: string, code: string) => {
    const result = await desk.run(text, ['validate', 'drift'])
    expect(result.verdict).toBe('error')
    expect(codeOf(result)).toBe(code)
    expect(result.checks[0]?.fix).toBeTruthy()
  }

  it('no training data and no profile', () => erring(config({ data: 'test: train.csv, current: current.csv' }), 'NO_REFERENCE'))

  it('a reference profile that is not there, is no JSON, is something else', async () => {
    await erring(config({ rest: 'drift: {reference: {profile: nowhere.json}}' }), 'NO_REFERENCE')
    desk.write('broken.json', '{"schema": "modelgate/prof')
    await erring(config({ rest: 'drift: {reference: {profile: broken.json}}' }), 'PROFILE_UNREADABLE')
    desk.write('else.json', '{"schema": "modelgate/result@1"}')
    await erring(config({ rest: 'drift: {reference: {profile: else.json}}' }), 'PROFILE_UNREADABLE')
  })

  it('current data without a feature; an override of a column that is none', async () => {
    desk.write('narrow.csv', csv({ columns: ['c', 'y'] }))
    await erring(config({ data: 'train: train.csv, current: narrow.csv' }), 'COLUMN_MISSING')
    await erring(config({ rest: 'drift: {columns: {xx: {ignore: true}}}' }), 'UNKNOWN_COLUMN')
    await erring(config({ rest: 'drift: {importance: {xx: 1, x: 1}}' }), 'UNKNOWN_COLUMN')
  })

  it('a current profile that was counted elsewhere', async () => {
    desk.write('train.csv', csv({ shift: 5 }))
    await desk.run(config(), ['validate'])
    desk.write('elsewhere.json', desk.read('.modelgate/m/profile.json'))
    desk.write('train.csv', csv())
    await erring(config({ data: 'train: train.csv, current: {profile: elsewhere.json}' }), 'EDGES_DIFFER')
  })

  it('without the stage before it nothing is judged, and that stage is named', async () => {
    const result = await desk.run(config(), ['drift'])
    expect(result).toMatchObject({
      verdict: 'skipped',
      because: 'validate left no result in this run: `modelgate validate` comes before',
    })
  })

  it('current data without rows never passes', async () => {
    desk.write('empty.csv', 'x,c,y\n')
    const result = await desk.run(config({ data: 'train: train.csv, current: empty.csv' }), ['validate', 'drift'])
    expect(result).toMatchObject({ verdict: 'skipped', because: 'validate ended in error' })
  })
})

describe('the story of the example', () => {
  const read = (name: string) => readFileSync(`${flights}/${name}`, 'utf8').split('\n').slice(1)
  const changed = (from: string, to: string) => {
    const [before, after] = [read(from), read(to)]
    expect(after).toHaveLength(before.length)
    return after.flatMap((line, i) => (line === before[i] ? [] : [line.trim().split(':')[0]]))
  }

  it('each config differs from the one before in one line', () => {
    expect(changed('story-1-impossible-delays.yml', 'story-2-first-model.yml')).toEqual(['train'])
    expect(changed('story-2-first-model.yml', 'story-3-better-candidate.yml')).toEqual(['features'])
    expect(changed('story-3-better-candidate.yml', 'story-4-worse-candidate.yml')).toEqual(['features'])
    expect(changed('story-3-better-candidate.yml', 'modelgate.yml')).toEqual(['current'])
  })
})
