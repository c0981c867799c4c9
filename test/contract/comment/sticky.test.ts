import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { exitCode, worst } from '../../../src/core/gate/fold.ts'
import { commentBudget } from '../../../src/core/report/markdown.ts'
import { readMarker, writeMarker } from '../../../src/core/report/marker.ts'
import { makeCheck, type StageResult } from '../../../src/core/schema/result.ts'
import { comment } from '../../../src/stages/comment.ts'
import { type Account, type FakeComments, type Fault, fakeComments, mallory, workflowBot } from '../../support/fake-comments.ts'
import type { Seen } from '../../support/loopback.ts'
import { failing, passing } from '../../unit/report/samples.ts'
import { makeRun, putAll, type Run, type RunOptions } from './support.ts'

let fake: FakeComments
const runs: Run[] = []
beforeEach(async () => {
  fake = await fakeComments()
})
afterEach(async () => {
  for (const run of runs.splice(0)) run[Symbol.dispose]()
  await fake[Symbol.asyncDispose]()
})

/** A run whose gate has decided, ready to comment. */
async function gated(options: RunOptions & { readonly model?: ReturnType<typeof passing> } = {}): Promise<Run> {
  const run = makeRun({ fake, ...options })
  runs.push(run)
  const model = options.model ?? passing()
  putAll(
    run,
    model.stages.map((stage) => stage.result),
    run.model('flights', 'the bytes'),
  )
  await run.gate()
  return run
}

const ours = () => fake.comments.filter((comment) => readMarker(comment.body) !== null)
const writes = () => fake.seen.filter((request) => request.method !== 'GET').map((request) => request.method)
const titleOf = (body: string | undefined) => body?.split('\n')[1]
const marked = (run: string, text = 'old', key = 'default') => `${writeMarker({ key, run, attempt: '1' })}\n${text}`

const expectDegraded = (result: StageResult) => {
  expect(result).toMatchObject({ verdict: 'pass', degraded: ['comment'] })
  expect(exitCode[result.verdict]).toBe(0)
}

describe('CMT-01 five runs, one comment', () => {
  it('with the words of the last', async () => {
    for (let run = 1; run <= 5; run += 1) {
      const result = await (await gated({ run: String(run), model: run === 5 ? failing() : passing() })).comment()
      expect(result).toMatchObject({ verdict: 'pass', degraded: [] })
    }
    expect(fake.comments).toHaveLength(1)
    expect(titleOf(fake.comments[0]?.body)).toBe('## ❌ Modelgate: <code>flights</code> fails')
    expect(readMarker(fake.comments[0]?.body ?? '')).toEqual({ key: 'default', run: '5', attempt: '1' })
    expect(writes()).toEqual(['POST', 'PATCH', 'PATCH', 'PATCH', 'PATCH'])
  })

  it('a re-run of the same attempt that says the same writes nothing', async () => {
    const run = await gated()
    await run.comment()
    const result = await run.comment()
    expect(result.details).toMatchObject({ how: 'unchanged' })
    expect(writes()).toEqual(['POST'])
  })
})

describe('CMT-02 a lost answer does not duplicate', () => {
  const faults: readonly (readonly [string, Fault])[] = [
    ['the connection drops after the comment was made', 'lost'],
    ['the answer is cut', 'cut'],
    ['a 502 after the comment was made', { status: 502, done: true }],
  ]
  it.each(faults)('%s', async (_, fault) => {
    fake.fault = (request) => (request.method === 'POST' ? fault : null)
    const result = await (await gated()).comment()
    expect(result).toMatchObject({ verdict: 'pass', degraded: [], details: { how: 'created' } })
    expect(fake.comments).toHaveLength(1)
    expect(writes()).toEqual(['POST'])
    expect(fake.seen.filter((request) => request.path.includes('/issues/7/comments?'))).toHaveLength(2)
  })

  it('whatever happens at whichever request, there is one comment or an honest nothing', async () => {
    const one = await gated({ run: '100' })
    const next = await gated({ run: '101' })
    const kinds: readonly Fault[] = ['reset', 'lost', 'cut', { status: 500 }, { status: 502, done: true }, { status: 429 }, { status: 403 }]
    for (const before of [[], [marked('1')], [marked('1', 'twin'), marked('2', 'twin')]]) {
      for (const kind of kinds) {
        for (let at = 0; at < 6; at += 1) {
          fake.comments.length = 0
          for (const body of before) fake.add(workflowBot, body)
          const first = fake.seen.length
          fake.fault = (_, index) => (index === first + at ? kind : null)
          const output = await comment(one.context, {})
          const what = `${before.length} before, ${JSON.stringify(kind)} at request ${at}`
          expect(worst(output.checks.map((check) => check.effect)), what).toBe('pass')
          expect(fake.comments.filter((comment) => readMarker(comment.body)?.run === '100').length, what).toBeLessThanOrEqual(1)
          fake.fault = () => null
          // whatever it left, the next run puts right
          await comment(next.context, {})
          expect(
            fake.comments.map((comment) => readMarker(comment.body)?.run),
            what,
          ).toEqual(['101'])
        }
      }
    }
  })
})

describe('CMT-03 runs at the same time converge', () => {
  it.each([
    ['the older', '5', '6'],
    ['the newer', '6', '5'],
  ])('two that both saw no comment, %s begins', async (_, first, second) => {
    const other = await gated({ run: second })
    const run = await gated({ run: first })
    fake.afterList = (count) => {
      if (count === 1) fake.add(workflowBot, marked(second, 'in between'))
    }
    await run.comment()
    await other.comment()
    expect(fake.comments).toHaveLength(1)
    expect(readMarker(fake.comments[0]?.body ?? '')?.run).toBe('6')
  })

  it('three at once end with one comment of the newest', async () => {
    const three = await Promise.all(['7', '8', '9'].map((run) => gated({ run })))
    const results = await Promise.all(three.map((run) => run.comment()))
    expect(results.map((result) => result.verdict)).toEqual(['pass', 'pass', 'pass'])
    await (await gated({ run: '9' })).comment()
    expect(fake.comments.map((comment) => readMarker(comment.body)?.run)).toEqual(['9'])
  })

  it('keeps the oldest of twins and removes its own later ones', async () => {
    fake.add(mallory, 'hello')
    const kept = fake.add(workflowBot, marked('1'))
    fake.add(workflowBot, marked('3'))
    fake.add(workflowBot, marked('2'))
    await (await gated({ run: '4' })).comment()
    expect(ours().map((comment) => [comment.id, readMarker(comment.body)?.run])).toEqual([[kept.id, '4']])
  })
})

describe('CMT-04 a stale run does not overwrite', () => {
  it.each([
    ['an older run', '9', '1'],
    ['an older attempt of the same run', '10', '1'],
  ])('%s', async (_, run, attempt) => {
    const newer = `${writeMarker({ key: 'default', run: '10', attempt: '2' })}\nnewer`
    fake.add(workflowBot, newer)
    const result = await (await gated({ run, attempt })).comment()
    expect(result).toMatchObject({ verdict: 'pass', degraded: [], details: { how: 'newer' } })
    expect(fake.comments.map((comment) => comment.body)).toEqual([newer])
    expect(writes()).toEqual([])
  })
})

describe('CMT-05 only our own comments are touched', () => {
  it('mallory copies our marker, and ours is created beside it', async () => {
    const copied = fake.add(mallory, marked('1', 'approved by modelgate'))
    const impostor = fake.add({ id: 777, login: 'github-actions', type: 'User' }, marked('2', 'approved'))
    await (await gated()).comment()
    expect(copied.body).toBe(marked('1', 'approved by modelgate'))
    expect(impostor.body).toBe(marked('2', 'approved'))
    expect(fake.comments).toHaveLength(3)
    expect(writes()).toEqual(['POST'])
  })

  it('another app is not us', async () => {
    const other = fake.add({ id: 888, login: 'other-app[bot]', type: 'Bot' }, marked('1'))
    await (await gated()).comment()
    expect(other.body).toBe(marked('1'))
    expect(writes()).toEqual(['POST'])
  })

  it('a comment of ours without a marker at its start is not the sticky one', async () => {
    const quoted = fake.add(workflowBot, `look: ${marked('1')}`)
    await (await gated()).comment()
    expect(quoted.body).toBe(`look: ${marked('1')}`)
    expect(writes()).toEqual(['POST'])
  })

  const people: readonly (readonly [string, Account])[] = [
    ['a person’s token: by their id, not by their name', { id: 42, login: 'ana', type: 'User' }],
    ['a token that acts for a bot account', { id: 43, login: 'ci-bot', type: 'User' }],
  ]
  it.each(people)('%s', async (_, me) => {
    await using own = await fakeComments({ me })
    const renamed = own.add({ ...me, login: 'old-name' }, marked('1'))
    const namesake = own.add({ id: 99, login: me.login, type: 'User' }, marked('1', 'namesake'))
    await (await gated({ fake: own })).comment()
    expect(readMarker(renamed.body)?.run).toBe('100')
    expect(namesake.body).toBe(marked('1', 'namesake'))
    expect(own.comments).toHaveLength(2)
  })

  it('the token of another app finds itself by what it wrote, and leaves one comment', async () => {
    const app: Account = { id: 900, login: 'acme-ci[bot]', type: 'Bot' }
    await using own = await fakeComments({ me: app })
    for (const run of ['1', '2', '3']) await (await gated({ fake: own, run })).comment()
    expect(own.comments.map((comment) => readMarker(comment.body)?.run)).toEqual(['3'])
  })
})

describe('CMT-06 the marker is found on later pages', () => {
  it('340 comments, ours is the 310th', async () => {
    for (let i = 1; i <= 340; i += 1) fake.add(i === 310 ? workflowBot : mallory, i === 310 ? marked('1') : `comment ${i}`)
    await (await gated()).comment()
    expect(writes()).toEqual(['PATCH'])
    expect(fake.comments).toHaveLength(340)
    expect(readMarker(fake.comments[309]?.body ?? '')?.run).toBe('100')
  })

  it('a later page that cannot be read is not the end of the list', async () => {
    for (let i = 1; i <= 340; i += 1) fake.add(i === 310 ? workflowBot : mallory, i === 310 ? marked('1') : `comment ${i}`)
    fake.fault = (request) => (request.path.includes('page=3') ? { status: 500 } : null)
    expectDegraded(await (await gated()).comment())
    expect(writes()).toEqual([])
  })
})

describe('CMT-07 unknown is not empty', () => {
  const isList = (request: Seen) => request.method === 'GET' && request.path.includes('/issues/7/comments')
  const unreadable: readonly (readonly [string, (request: Seen) => Fault | null])[] = [
    ['the list answers 500', (request) => (isList(request) ? { status: 500 } : null)],
    ['the list is cut', (request) => (isList(request) ? 'cut' : null)],
    ['the list drops', (request) => (isList(request) ? 'reset' : null)],
    ['who we are cannot be asked: 500', (request) => (request.path === '/user' ? { status: 500 } : null)],
    ['the token is not valid', () => ({ status: 401, message: 'Bad credentials' })],
  ]
  it.each(unreadable)('%s: nothing is posted, and it is said', async (_, fault) => {
    fake.fault = fault
    const run = await gated()
    const result = await run.comment()
    expectDegraded(result)
    expect(writes()).toEqual([])
    expect(run.said.at(-1)).toMatch(/^warning: no comment: GitHub /)
    expect(result.checks[0]?.fix).not.toBeNull()
  })
})

describe('CMT-08 EVT-01 no permission, a locked or lost conversation: the verdict stands', () => {
  const refusals = [
    [403, 'Resource not accessible by integration'],
    [403, 'Unable to create comment because issue is locked.'],
    [404, 'Not Found'],
    [410, 'This issue was deleted'],
    [422, 'Validation Failed'],
  ] as const
  for (const [status, message] of refusals) {
    it(`${status} ${message}: to a new comment`, async () => {
      fake.fault = (request) => (request.method === 'POST' ? { status, message } : null)
      const result = await (await gated()).comment()
      expectDegraded(result)
      expect(result.checks[0]?.message).toContain(String(status))
      expect(writes()).toEqual(['POST'])
    })

    it(`${status} ${message}: to an update`, async () => {
      fake.add(workflowBot, marked('1'))
      fake.fault = (request) => (request.method === 'PATCH' ? { status, message } : null)
      expectDegraded(await (await gated()).comment())
      expect(fake.comments.map((comment) => comment.body)).toEqual([marked('1')])
    })
  }

  it('names the permission that is missing', async () => {
    fake.fault = (request) => (request.method === 'POST' ? { status: 403, message: 'Resource not accessible by integration' } : null)
    expect((await (await gated()).comment()).checks[0]?.fix).toContain('pull-requests: write')
  })

  it('asks for none on a pull request of a fork, where no job can have it', async () => {
    fake.fault = (request) => (request.method === 'POST' ? { status: 403, message: 'Resource not accessible by integration' } : null)
    const fix = (await (await gated({ fork: true })).comment()).checks[0]?.fix
    expect(fix).toContain('a fork cannot write')
    expect(fix).not.toContain('pull-requests: write')
  })

  it('a comment that somebody deletes meanwhile is made again', async () => {
    fake.add(workflowBot, marked('1'))
    fake.afterList = (count) => {
      if (count === 1) fake.comments.length = 0
    }
    expect(await (await gated()).comment()).toMatchObject({ verdict: 'pass', degraded: [] })
    expect(ours()).toHaveLength(1)
  })
})

describe('CMT-09 keys do not clobber each other', () => {
  it('six legs at once, six comments', async () => {
    const keys = ['flights (ubuntu, 3.12)', 'flights (ubuntu, 3.13)', 'a b', 'a%20b', 'x --> y', '<!-- z']
    const legs = await Promise.all(keys.map(() => gated()))
    await Promise.all(legs.map((leg, i) => leg.comment({ key: keys[i] ?? '' })))
    await Promise.all(legs.map((leg, i) => leg.comment({ key: keys[i] ?? '' })))
    expect(
      ours()
        .map((comment) => readMarker(comment.body)?.key)
        .sort(),
    ).toEqual([...keys].sort())
  })

  it('refuses a key that is none', async () => {
    const result = await (await gated()).comment({ key: '' })
    expect(result).toMatchObject({ verdict: 'error' })
    expect(result.checks[0]?.message).toMatch(/^COMMENT_KEY: /)
  })
})

describe('a comment', () => {
  it('is skipped outside a pull request, without asking GitHub', async () => {
    const result = await (await gated({ pull: null })).comment()
    expect(result).toMatchObject({ verdict: 'skipped', because: 'this run is not about a pull request' })
    expect(fake.seen).toEqual([])
  })

  it('without a gate says so in place of an older verdict, and is degraded', async () => {
    fake.add(workflowBot, marked('1', '## ✅ Modelgate: flights passes'))
    const run = makeRun({ fake })
    runs.push(run)
    expectDegraded(await run.comment())
    expect(titleOf(fake.comments[0]?.body)).toBe('## ⛔ Modelgate: no verdict')
  })

  it('does not take the gate of another run for its own', async () => {
    const run = await gated({ run: '99' })
    run.write('.modelgate/gate.json', run.read('.modelgate/gate.json').replace('"run_id": "99"', '"run_id": "98"'))
    expectDegraded(await run.comment())
    expect(titleOf(fake.comments[0]?.body)).toBe('## ⛔ Modelgate: no verdict')
  })

  it('RPT-08 stays within what GitHub takes', async () => {
    const base = failing()
    const checks = Array.from({ length: 3000 }, (_, i) =>
      // each of a kind of its own: findings alike are told once
      makeCheck({ id: `validate.nulls${i}:c${i}`, status: 'fail', effect: 'fail', column: `c${i}`, message: `c${i} has too many nulls` }),
    )
    const stages = base.stages.map((stage) =>
      stage.result?.stage === 'validate' ? { ...stage, result: { ...stage.result, checks, verdict: 'fail' as const } } : stage,
    )
    expect(await (await gated({ model: { ...base, stages } })).comment()).toMatchObject({ verdict: 'pass', degraded: [] })
    expect(fake.comments[0]?.body.length).toBeLessThanOrEqual(commentBudget)
    expect(fake.comments[0]?.body).toContain('more findings')
  })
})
