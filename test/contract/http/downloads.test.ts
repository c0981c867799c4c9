import { existsSync } from 'node:fs'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { createServer } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type DownloadOptions, makeDownloads } from '../../../src/adapters/http/downloads.ts'
import { proxyFor } from '../../../src/adapters/http/proxy.ts'
import { isInternal } from '../../../src/adapters/http/public-address.ts'
import { sha256, troubleOf } from '../../support/git-remote.ts'
import { type Answer, loopback } from '../../support/loopback.ts'
import { selfSigned } from '../../support/self-signed.ts'

const quick: DownloadOptions = { allowLoopback: true, attempts: 3, firstWaitMs: 10, longestWaitMs: 200, idleMs: 3000 }
const never = new AbortController().signal

let folder = ''
let path = ''
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'download-'))
  path = join(folder, 'model.tmp')
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const get = (url: string, options: DownloadOptions = {}, signal = never) => makeDownloads({ ...quick, ...options }).get(url, path, signal)

/** An https server on the loopback address. */
async function secure(answer: Answer, until?: Date) {
  const identity = selfSigned([127, 0, 0, 1], until)
  const server = createServer(identity, (request, response) => {
    answer({ method: '', path: request.url ?? '', headers: request.headers, body: Buffer.of(), at: 0 }, response, 0)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  return {
    url: `https://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`,
    ca: identity.cert,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise<void>((resolve) => server.close(() => resolve()))
    },
  }
}

describe('a download', () => {
  it('brings the bytes with their digest', async () => {
    const bytes = Buffer.from(Array.from({ length: 400_000 }, (_, i) => i % 253))
    await using server = await loopback((_, response) => void response.writeHead(200).end(bytes))
    expect(await get(`${server.url}/a`)).toEqual({ digest: sha256(bytes), bytes: 400_000 })
    expect((await readFile(path)).equals(bytes)).toBe(true)
  })

  it('comes over https from a server whose certificate is trusted', async () => {
    await using server = await secure((_, response) => void response.end('hello'))
    expect(await get(`${server.url}/a`, { ca: server.ca })).toEqual({ digest: sha256('hello'), bytes: 5 })
  })

  it('of nothing there says so in a way that "not found" can be told from trouble', async () => {
    await using server = await loopback((_, response) => void response.writeHead(404).end())
    expect(await troubleOf(get(`${server.url}/a`))).toMatch(/^DOWNLOAD_MISSING: /)
    expect(server.seen).toHaveLength(1)
  })

  it('that is refused is not tried again', async () => {
    await using server = await loopback((_, response) => void response.writeHead(403).end())
    expect(await troubleOf(get(`${server.url}/a`))).toMatch(/^DOWNLOAD_FAILED: .*403/)
    expect(server.seen).toHaveLength(1)
  })

  it('larger than allowed stops, whether the server says its size or not', async () => {
    for (const headers of [{ 'content-length': '5000' }, {}]) {
      await using server = await loopback((_, response) => void response.writeHead(200, headers).end(Buffer.alloc(5000)))
      expect(await troubleOf(get(`${server.url}/a`, { maxBytes: 1000 }))).toMatch(/^DOWNLOAD_TOO_LARGE: /)
      expect(await readdir(folder)).toEqual([])
    }
  })

  it('ends at once when it is cancelled', async () => {
    await using server = await loopback((_, response) => void response.writeHead(200, { 'content-length': '100' }).write('x'))
    const controller = new AbortController()
    const pending = get(`${server.url}/a`, {}, controller.signal)
    setTimeout(() => controller.abort(), 50)
    await expect(pending).rejects.toThrow()
    expect(await readdir(folder)).toEqual([])
    expect(server.seen).toHaveLength(1)
  })
})

describe('NET-01 a disconnect in the middle of the body is retried, then an error; never a partial file', () => {
  const cut = (response: Parameters<Answer>[1], headers: Record<string, string>) => {
    response.writeHead(200, headers)
    response.write('half of it', () => response.socket?.destroy())
  }

  for (const [what, headers] of Object.entries({ 'with a length': { 'content-length': '20' }, 'in chunks': {} })) {
    it(`${what}: comes through at the next try`, async () => {
      await using server = await loopback((_, response, i) =>
        i < 2 ? cut(response, headers) : void response.writeHead(200).end('the whole'),
      )
      expect(await get(`${server.url}/a`)).toEqual({ digest: sha256('the whole'), bytes: 9 })
      expect(await readFile(path, 'utf8')).toBe('the whole')
    })

    it(`${what}: is an error when it never does`, async () => {
      await using server = await loopback((_, response) => cut(response, headers))
      expect(await troubleOf(get(`${server.url}/a`))).toMatch(/^DOWNLOAD_FAILED: .*3 tries.*ended after 10 bytes/)
      expect(server.seen).toHaveLength(3)
      expect(await readdir(folder)).toEqual([])
    })
  }

  it('a reset before any answer is retried', async () => {
    await using server = await loopback((_, response, i) => (i < 2 ? void response.socket?.destroy() : void response.end('ok')))
    expect((await get(`${server.url}/a`)).bytes).toBe(2)
  })
})

describe('NET-02, NET-03 trouble that passes is waited for', () => {
  for (const status of [408, 429, 500, 502, 503, 504]) {
    it(`${status} twice, then bytes`, async () => {
      await using server = await loopback((_, response, i) => void response.writeHead(i < 2 ? status : 200).end('ok'))
      expect((await get(`${server.url}/a`)).bytes).toBe(2)
      const [a = 0, b = 0, c = 0] = server.seen.map((one) => one.at)
      expect(b - a).toBeGreaterThan(5)
      expect(c - b).toBeGreaterThan(10)
    })
  }

  it('a wait that is too long is an error', async () => {
    await using server = await loopback((_, response) => void response.writeHead(503, { 'retry-after': '3000' }).end())
    expect(await troubleOf(get(`${server.url}/a`))).toMatch(/^DOWNLOAD_FAILED: /)
    expect(server.seen).toHaveLength(1)
  })
})

describe('NET-07 stalls time out', () => {
  for (const [what, answer] of Object.entries({
    'no headers': () => {},
    'a body that stops': (_, response) => void response.writeHead(200, { 'content-length': '9' }).write('x'),
  } satisfies Record<string, Answer>)) {
    it(what, async () => {
      await using server = await loopback(answer)
      expect(await troubleOf(get(`${server.url}/a`, { idleMs: 80, attempts: 2 }))).toMatch(/^DOWNLOAD_FAILED: /)
      expect(server.seen).toHaveLength(2)
      expect(await readdir(folder)).toEqual([])
    })
  }
})

describe('NET-10 TLS failures are final', () => {
  it('a certificate nobody vouches for', async () => {
    let asked = 0
    await using server = await secure((_, response) => {
      asked += 1
      response.end('x')
    })
    expect(await troubleOf(get(`${server.url}/a`))).toMatch(/certificate.*SELF_SIGNED/)
    expect(asked).toBe(0)
  })

  it('an expired certificate', async () => {
    await using server = await secure((_, response) => void response.end('x'), new Date(Date.now() - 86_400_000))
    expect(await troubleOf(get(`${server.url}/a`, { ca: server.ca }))).toMatch(/certificate.*CERT_HAS_EXPIRED/)
  })
})

describe('SEC-05 redirects drop all credentials, are bounded, and never leave https', () => {
  it('a user name in the URL goes to the first host only', async () => {
    await using other = await loopback((_, response) => void response.end('bytes'))
    await using server = await loopback((_, response) => void response.writeHead(302, { location: `${other.url}/b` }).end())
    await get(`${server.url.replace('//', '//user:secret@')}/a`)
    expect(server.seen[0]?.headers.authorization).toMatch(/^Basic /)
    expect(other.seen[0]?.headers.authorization).toBeUndefined()
    expect(await readFile(path, 'utf8')).toBe('bytes')
  })

  it('from https to http is refused', async () => {
    await using plain = await loopback((_, response) => void response.end('bytes'))
    await using server = await secure((_, response) => void response.writeHead(302, { location: `${plain.url}/b` }).end())
    expect(await troubleOf(get(`${server.url}/a`, { ca: server.ca }))).toMatch(/^DOWNLOAD_REFUSED: .*not https/)
    expect(plain.seen).toEqual([])
  })

  it('without end are an error', async () => {
    await using server = await loopback((request, response) => void response.writeHead(302, { location: `${request.path}x` }).end())
    expect(await troubleOf(get(`${server.url}/a`))).toMatch(/^DOWNLOAD_FAILED: .*redirects/)
    expect(server.seen.length).toBeLessThan(10)
  })
})

describe('SEC-06 no request goes to an internal address', () => {
  for (const url of [
    'https://169.254.169.254/latest/meta-data',
    'https://127.0.0.1/x',
    'https://127.1/x',
    'https://2130706433/x',
    'https://0x7f.1/x',
    'https://[::1]/x',
    'https://[::ffff:127.0.0.1]/x',
    'https://10.1.2.3/x',
    'https://192.168.0.1/x',
    'https://localhost/x',
    'https://localhost./x',
    'http://example.com/x',
    'file:///etc/passwd',
    'ftp://example.com/x',
  ]) {
    it(url, async () => {
      expect(await troubleOf(get(url, { allowLoopback: false, attempts: 1 }))).toMatch(/^DOWNLOAD_REFUSED: /)
      expect(existsSync(path)).toBe(false)
    })
  }

  it('not by a redirect either', async () => {
    // The first hop has to be reachable for the test, so only the second address is judged: it is refused by its scheme and by its host.
    await using server = await secure((_, response) => void response.writeHead(302, { location: 'http://169.254.169.254/' }).end())
    expect(await troubleOf(get(`${server.url}/a`, { ca: server.ca }))).toMatch(/^DOWNLOAD_REFUSED: /)
  })

  it('knows internal addresses from public ones', () => {
    for (const address of [
      '0.0.0.0',
      '100.64.0.1',
      '172.31.255.255',
      '::',
      'fe80::1',
      'fd00::1',
      '64:ff9b::7f00:1',
      '2002:7f00:1::',
      '::ffff:10.0.0.1',
      'nonsense',
    ]) {
      expect(isInternal(address), address).toBe(true)
    }
    for (const address of ['8.8.8.8', '172.32.0.1', '140.82.121.3', '2606:50c0:8000::153']) expect(isInternal(address), address).toBe(false)
  })
})

describe('SEC-02 messages show host and path only', () => {
  for (const status of [404, 403, 500]) {
    it(String(status), async () => {
      await using server = await loopback((_, response) => void response.writeHead(status).end())
      const trouble = await troubleOf(
        get(`${server.url.replace('//', '//user:hunter2@')}/models/a.onnx?sig=topsecret#frag`, { attempts: 1 }),
      )
      expect(trouble).toContain('/models/a.onnx')
      expect(trouble).not.toMatch(/topsecret|hunter2|frag/)
    })
  }
})

describe('NET-08 a proxy is used as the usual variables say', () => {
  const environment = { HTTPS_PROXY: 'http://proxy:3128', NO_PROXY: 'example.com, .inner.test,other.test:8443' }
  for (const [url, proxied] of Object.entries({
    'https://github.com/x': true,
    'https://example.com/x': false,
    'https://www.example.com/x': false,
    'https://notexample.com/x': true,
    'https://a.inner.test/x': false,
    'https://other.test/x': true,
    'https://other.test:8443/x': false,
  })) {
    it(`${url} ${proxied ? 'through it' : 'directly'}`, () => {
      expect(proxyFor(new URL(url), environment)).toBe(proxied ? 'http://proxy:3128' : null)
    })
  }

  it('the connection is asked of the proxy', async () => {
    const { createServer: plain } = await import('node:http')
    const asked: string[] = []
    const proxy = plain().on('connect', (request, socket) => {
      asked.push(request.url ?? '')
      socket.end('HTTP/1.1 403 Forbidden\r\n\r\n')
    })
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve))
    const address = proxy.address()
    const at = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`
    expect(
      await troubleOf(get('https://models.example/x', { allowLoopback: false, attempts: 1, environment: { HTTPS_PROXY: at } })),
    ).toMatch(/^DOWNLOAD_FAILED: /)
    expect(asked).toEqual(['models.example:443'])
    await new Promise<void>((resolve) => proxy.close(() => resolve()))
  })
})
