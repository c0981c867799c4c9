import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { compareRuns, type Marker, readMarker, writeMarker } from '../../../src/core/report/marker.ts'
import { type Listed, nextStep, type Wanted } from '../../../src/core/report/sticky.ts'
import { naughty } from './naughty.ts'

const marker = (run: string, attempt = '1', key = 'default'): Marker => ({ key, run, attempt })
const wanted = (run: string, key = 'default'): Wanted => ({
  marker: marker(run, '1', key),
  body: `${writeMarker(marker(run, '1', key))}\nrun ${run}`,
})

describe('RPT-06 the marker', () => {
  it('holds any key and ends where it should', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary', minLength: 1 }), fc.constantFrom(...naughty.filter(Boolean))), (key) => {
        const line = writeMarker(marker('12', '3', key))
        expect(line).toMatch(/^<!-- [^<>\n]* -->$/)
        expect(readMarker(`${line}\nbody`)).toEqual({ key: key.toWellFormed(), run: '12', attempt: '3' })
      }),
    )
  })

  it('counts only at the very start of a body', () => {
    const line = writeMarker(marker('1'))
    for (const body of [
      ` ${line}`,
      `> ${line}`,
      `text\n${line}`,
      line.replace('modelgate:', 'other:'),
      line.replace('default', '%E0%A4%A'),
    ])
      expect(readMarker(body)).toBeNull()
  })

  it('orders runs by number, and leaves what has none unordered', () => {
    expect(compareRuns(marker('9'), marker('10'))).toBe(-1)
    expect(compareRuns(marker('10', '2'), marker('10', '1'))).toBe(1)
    expect(compareRuns(marker('99999999999999999999'), marker('99999999999999999998'))).toBe(1)
    expect(compareRuns(marker('local'), marker('10'))).toBe(0)
  })
})

describe('CMT-03 one comment, whatever the order of runs', () => {
  /** A thread as GitHub keeps it: ids grow, a change is whole. */
  function thread() {
    const comments: Listed[] = []
    let id = 0
    return {
      comments,
      step(run: Wanted) {
        const step = nextStep(comments, run)
        if (step.kind === 'create') comments.push({ id: ++id, body: run.body, mine: true })
        const at = comments.findIndex((comment) => 'id' in step && comment.id === step.id)
        if (step.kind === 'update') comments[at] = { id: step.id, body: step.body, mine: true }
        if (step.kind === 'remove') comments.splice(at, 1)
        return step.kind
      },
      post(run: Wanted) {
        comments.push({ id: ++id, body: run.body, mine: true })
      },
    }
  }

  it('ends with the newest words in the oldest comment, however runs and blind posts are mixed', () => {
    const acts = fc.array(fc.record({ run: fc.integer({ min: 1, max: 9 }), blind: fc.boolean() }), { minLength: 1, maxLength: 20 })
    fc.assert(
      fc.property(acts, (given) => {
        const one = thread()
        for (const { run, blind } of given) {
          if (blind) one.post(wanted(String(run)))
          else one.step(wanted(String(run)))
        }
        const last = wanted(String(given.at(-1)?.run))
        for (let i = 0; i < 50 && one.step(last) !== 'done'; i += 1);
        expect(one.comments).toHaveLength(1)
        const newest = Math.max(...given.map((act) => act.run))
        expect(readMarker(one.comments[0]?.body ?? '')?.run).toBe(String(newest))
        expect(one.comments[0]?.id).toBe(1)
      }),
    )
  })

  it('never removes a twin before the newest words are in the kept one', () => {
    const comments = [
      { id: 1, body: wanted('1').body, mine: true },
      { id: 2, body: wanted('3').body, mine: true },
    ]
    expect(nextStep(comments, wanted('2'))).toEqual({ kind: 'update', id: 1, body: wanted('3').body })
  })

  it('does not see what is not its own, nor other keys', () => {
    const comments = [
      { id: 1, body: wanted('1').body, mine: false },
      { id: 2, body: wanted('1', 'other').body, mine: true },
    ]
    expect(nextStep(comments, wanted('2'))).toEqual({ kind: 'create' })
  })

  it('takes line ends as GitHub may write them for its own words', () => {
    const comments = [{ id: 1, body: `${wanted('2').body.replaceAll('\n', '\r\n')}\r\n`, mine: true }]
    expect(nextStep(comments, wanted('2'))).toEqual({ kind: 'done', id: 1, whose: 'ours' })
  })
})
