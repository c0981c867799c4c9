import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { apiPath, makeRest, RestError, type RestLimits } from '../../../src/adapters/github/rest.ts'
import { type Answer, cutBody, type Loopback, loopback, sendJson } from '../../support/loopback.ts'

const quick: Partial<RestLimits> = { firstWaitMs: 10, longestWaitMs: 400, idleMs: 2000, attempts: 4 }
const restAt = (server: Loopback, limits: Partial<RestLimits> = {}) =>
  makeRest({ token: 'secret-token', baseUrl: server.url, limits: { ...quick, ...limits } })

/** The failure of a call that must fail. */
async function failureOf(work: Promise<unknown>) {
  const error = await work.then(
    () => null,
    (thrown: unknown) => thrown,
  )
  if (!(error instanceof RestError)) throw new Error(`expected a RestError, got ${String(error)}`)
  return error
}

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rest-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

describe('NET-02 repeatable calls are retried with growing waits, creates never', () => {
  for (const status of [429, 500, 502, 503, 504]) {
    it(`gets its answer after two times ${status}`, async () => {
      await using server = await loopback((_, response, i) => sendJson(response, i < 2 ? status : 200, { i }))
      const answer = await restAt(server).call({ method: 'GET', path: '/x' })
      expect(answer.data).toEqual({ i: 2 })
      expect(server.seen).toHaveLength(3)
      const [a = 0, b = 0, c = 0] = server.seen.map((one) => one.at)
      expect(c - b).toBeGreaterThan(10) // at least the second step, which the first one's jitter cannot reach
      expect(b - a).toBeGreaterThan(5)
    })
  }

  it('gets its answer after two reset connections', async () => {
    await using server = await loopback((_, response, i) => (i < 2 ? void response.socket?.destroy() : sendJson(response, 200, { i })))
    expect((await restAt(server).call({ method: 'GET', path: '/x' })).data).toEqual({ i: 2 })
  })

  it('stops after the configured number of tries', async () => {
    await using server = await loopback((_, response) => sendJson(response, 503, { message: 'no' }))
    const error = await failureOf(restAt(server).call({ method: 'GET', path: '/x' }))
    expect(error.code).toBe('GITHUB_DOWN')
    expect(server.seen).toHaveLength(4)
  })

  for (const [what, answer] of Object.entries({
    'a 502': (_, response) => sendJson(response, 502, {}),
    'a reset': (_, response) => void response.socket?.destroy(),
    'a 429': (_, response) => sendJson(response, 429, {}),
    'a cut answer': (_, response) => cutBody(response, '{"id": 1, "more": "…"}'),
  } satisfies Record<string, Answer>)) {
    it(`sends a POST once, whatever comes back: ${what}`, async () => {
      await using server = await loopback(answer)
      const error = await failureOf(restAt(server).call({ method: 'POST', path: '/x', body: { a: 1 } }))
      expect(server.seen).toHaveLength(1)
      expect(error.failure.mayHaveChanged).toBe(what !== 'a 429')
    })
  }

  it('does not retry a repeatable call that was told not to', async () => {
    await using server = await loopback((_, response) => sendJson(response, 500, {}))
    await failureOf(restAt(server).call({ method: 'PATCH', path: '/x', body: {}, retry: false }))
    expect(server.seen).toHaveLength(1)
  })
})

describe('NET-01 a body cut in the middle is retried, then an error', () => {
  it('is retried', async () => {
    await using server = await loopback((_, response, i) => (i === 0 ? cutBody(response, '[1,2,3,4,5,6]') : sendJson(response, 200, [1])))
    expect((await restAt(server).call({ method: 'GET', path: '/x' })).data).toEqual([1])
  })

  it('never comes back as half a value', async () => {
    await using server = await loopback((_, response) => cutBody(response, '[1,2,3,4,5,6]'))
    expect((await failureOf(restAt(server).call({ method: 'GET', path: '/x' }))).code).toBe('GITHUB_UNREACHABLE')
    expect(server.seen).toHaveLength(4)
  })

  it('leaves no file of a download', async () => {
    await using server = await loopback((_, response) => {
      response.writeHead(200, { 'content-length': '100' })
      response.write('half', () => response.socket?.destroy())
    })
    const path = join(folder, 'cut')
    expect((await failureOf(restAt(server).download('/asset', path))).code).toBe('GITHUB_UNREACHABLE')
    await expect(readFile(path)).rejects.toThrow('ENOENT')
    expect(server.seen).toHaveLength(4)
  })
})

describe('NET-03 and NET-04 waits that the server asks for', () => {
  it('are honoured', async () => {
    await using server = await loopback((_, response, i) => sendJson(response, i === 0 ? 429 : 200, {}, { 'retry-after': '0.3' }))
    await restAt(server).call({ method: 'GET', path: '/x' })
    const [a = 0, b = 0] = server.seen.map((one) => one.at)
    expect(b - a).toBeGreaterThan(250)
  })

  it('are an error that names the time when too long', async () => {
    await using server = await loopback((_, response) => sendJson(response, 429, {}, { 'retry-after': '3000' }))
    const error = await failureOf(restAt(server).call({ method: 'GET', path: '/x' }))
    expect(error.fix).toContain('3000 s')
    expect(server.seen).toHaveLength(1)
  })

  it('follow the primary limit without hammering', async () => {
    const reset = String(Math.floor(Date.now() / 1000) + 3000)
    await using server = await loopback((_, response) =>
      sendJson(response, 403, { message: 'no' }, { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': reset }),
    )
    expect((await failureOf(restAt(server).call({ method: 'GET', path: '/x' }))).code).toBe('GITHUB_LIMIT')
    expect(server.seen).toHaveLength(1)
  })
})

describe('NET-05 wrong bodies are errors', () => {
  const wrong: Record<string, (response: Parameters<Answer>[1]) => void> = {
    'a web page': (response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<html>Unicorn!\u001b[31m</html>'),
    'half JSON that claims to be whole': (response) => response.writeHead(200, { 'content-type': 'application/json' }).end('{"a": '),
    'no body at all': (response) => response.writeHead(200, { 'content-type': 'application/json' }).end(),
    'bad gzip': (response) => response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' }).end('nogzip'),
  }
  for (const [what, answer] of Object.entries(wrong)) {
    it(what, async () => {
      await using server = await loopback((_, response) => answer(response))
      const error = await failureOf(restAt(server, { attempts: 2 }).call({ method: 'GET', path: '/x' }))
      expect(['GITHUB_ANSWER', 'GITHUB_UNREACHABLE']).toContain(error.code)
      expect(error.message).not.toContain('\u001b')
    })
  }

  it('takes 204 for what it is', async () => {
    await using server = await loopback((_, response) => void response.writeHead(204).end())
    expect(await restAt(server).call({ method: 'DELETE', path: '/x' })).toMatchObject({ status: 204, data: null })
  })
})

describe('NET-06 pagination is complete and finite', () => {
  it('gathers 250 items of three pages', async () => {
    await using server = await loopback((request, response) => {
      const page = Number(new URL(request.path, 'http://x').searchParams.get('page') ?? 1)
      const items = Array.from({ length: Math.min(100, 250 - (page - 1) * 100) }, (_, i) => (page - 1) * 100 + i)
      const link = page < 3 ? { link: `<${server.url}/x?per_page=100&page=${page + 1}>; rel="next"` } : {}
      sendJson(response, 200, items, link)
    })
    expect(await restAt(server).pages({ path: '/x' })).toEqual(Array.from({ length: 250 }, (_, i) => i))
  })

  it('detects a loop', async () => {
    await using server = await loopback((_, response) => sendJson(response, 200, [1], { link: `<${server.url}/x?page=1>; rel="next"` }))
    expect((await failureOf(restAt(server).pages({ path: '/x' }))).message).toContain('loops')
    expect(server.seen.length).toBeLessThan(4)
  })

  it('refuses to go to another host', async () => {
    await using server = await loopback((_, response) => sendJson(response, 200, [1], { link: '<http://evil.example/x>; rel="next"' }))
    expect((await failureOf(restAt(server).pages({ path: '/x' }))).message).toContain('another host')
  })

  it('fails as a whole when one page fails', async () => {
    await using server = await loopback((request, response) =>
      request.path.includes('page=2')
        ? sendJson(response, 500, {})
        : sendJson(response, 200, [1], { link: `<${server.url}/x?page=2>; rel="next"` }),
    )
    expect((await failureOf(restAt(server).pages({ path: '/x' }))).code).toBe('GITHUB_DOWN')
  })
})

describe('NET-07 stalls time out', () => {
  it('when no headers come', async () => {
    await using server = await loopback(() => {})
    const error = await failureOf(restAt(server, { idleMs: 100, attempts: 2 }).call({ method: 'GET', path: '/x' }))
    expect(error.message).toContain('nothing came')
    expect(server.seen).toHaveLength(2)
  })

  it('when a body stops flowing', async () => {
    await using server = await loopback((_, response) => {
      response.writeHead(200, { 'content-type': 'application/json' })
      response.write('[1,')
    })
    await failureOf(restAt(server, { idleMs: 100, attempts: 2 }).call({ method: 'GET', path: '/x' }))
    expect(server.seen).toHaveLength(2)
  })
})

describe('what callers are told', () => {
  it('an allowed status is an answer', async () => {
    await using server = await loopback((_, response) => sendJson(response, 404, { message: 'Not Found' }))
    expect((await restAt(server).call({ method: 'GET', path: '/x', allow: [404] })).status).toBe(404)
  })

  it('a repository that moved is an error, not an answer', async () => {
    await using server = await loopback((_, response) =>
      sendJson(response, 301, { message: 'Moved Permanently' }, { location: '/repositories/1' }),
    )
    expect((await failureOf(restAt(server).call({ method: 'GET', path: '/x' }))).message).toContain('has moved')
    expect(server.seen).toHaveLength(1)
  })

  it('403 names the permission', async () => {
    await using server = await loopback((_, response) => sendJson(response, 403, { message: 'Resource not accessible by integration' }))
    const error = await failureOf(restAt(server).call({ method: 'POST', path: '/x', needs: 'contents: write' }))
    expect(error.fix).toContain('contents: write')
    expect(error.failure).toMatchObject({ status: 403, mayHaveChanged: false })
  })

  it('the token goes to the API and not into messages', async () => {
    await using server = await loopback((_, response) => sendJson(response, 422, { message: 'Validation Failed' }))
    const error = await failureOf(restAt(server).call({ method: 'GET', path: '/x?token=abc' }))
    expect(server.seen[0]?.headers.authorization).toBe('token secret-token')
    expect(`${error.message}${error.fix}`).not.toMatch(/secret-token|abc/)
  })

  it('a cancel ends the waiting at once', async () => {
    await using server = await loopback((_, response) => sendJson(response, 500, {}))
    const controller = new AbortController()
    const rest = makeRest({
      token: 't',
      baseUrl: server.url,
      signal: controller.signal,
      limits: { ...quick, firstWaitMs: 60_000, longestWaitMs: 60_000 },
    })
    const pending = rest.call({ method: 'GET', path: '/x' })
    setTimeout(() => controller.abort(), 50)
    await expect(pending).rejects.toThrow(/abort/i)
  })

  it('a path segment stays one segment', () => {
    expect(apiPath`/repos/${'a/b'}/git/ref/tags/${'flights@v1.0.0'}/${'../..?x#y%00'}`).toBe(
      '/repos/a%2Fb/git/ref/tags/flights%40v1.0.0/..%2F..%3Fx%23y%2500',
    )
  })
})

describe('files', () => {
  it('are uploaded with their length and downloaded byte for byte', async () => {
    const bytes = Buffer.from(Array.from({ length: 300_000 }, (_, i) => i % 251))
    const from = join(folder, 'up')
    const to = join(folder, 'down')
    await writeFile(from, bytes)
    await using server = await loopback((request, response) =>
      request.method === 'POST' ? sendJson(response, 201, { id: 1 }) : void response.writeHead(200).end(bytes),
    )
    const rest = restAt(server)
    await rest.upload(`${server.url}/uploads?name=model.onnx`, from)
    expect(server.seen[0]?.headers['content-length']).toBe('300000')
    expect(server.seen[0]?.body.equals(bytes)).toBe(true)
    await rest.download('/asset', to)
    expect((await readFile(to)).equals(bytes)).toBe(true)
  })

  it('SEC-05 a redirect loses the token', async () => {
    await using other = await loopback((_, response) => void response.writeHead(200).end('bytes'))
    await using server = await loopback((_, response) => void response.writeHead(302, { location: `${other.url}/signed?sig=1` }).end())
    const to = join(folder, 'redirected')
    await restAt(server).download('/asset', to)
    expect(await readFile(to, 'utf8')).toBe('bytes')
    expect(other.seen[0]?.headers.authorization).toBeUndefined()
  })

  it('endless redirects are an error', async () => {
    await using server = await loopback((_, response) => void response.writeHead(302, { location: '/asset' }).end())
    expect((await failureOf(restAt(server).download('/asset', join(folder, 'loop')))).message).toContain('redirects')
  })
})
