import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { pathInRepository, readBaseOfPull } from '../../../src/adapters/github/contents.ts'
import { makeRest } from '../../../src/adapters/github/rest.ts'
import { UserError } from '../../../src/errors.ts'
import { type Answer, cutBody, type Loopback, loopback, sendJson } from '../../support/loopback.ts'
import { baseSha, contents, github } from './support.ts'

const readAt = (server: Loopback, path = 'ml/modelgate.yml') => {
  const rest = makeRest({ token: 't', baseUrl: server.url, limits: { attempts: 2, firstWaitMs: 5, idleMs: 2000 } })
  return readBaseOfPull({ rest, repository: 'acme/m', sha: baseSha, path })
}
async function refusal(work: Promise<unknown>): Promise<UserError> {
  const thrown = await work.then(
    () => null,
    (error: unknown) => error,
  )
  if (thrown instanceof UserError) return thrown
  throw new Error(`expected a UserError, got ${String(thrown)}`)
}

describe('EVT-06 the config at the base commit, through the API', () => {
  it('is read with one request, at that commit', async () => {
    await using server = await github('models: {ä: 1}\n')
    expect(await readAt(server, 'a b/ü#?.yml')).toEqual({ kind: 'found', commit: baseSha, text: 'models: {ä: 1}\n' })
    expect(server.seen.map(({ method, path }) => [method, path])).toEqual([
      ['GET', `/repos/acme/m/contents/a%20b/%C3%BC%23%3F.yml?ref=${baseSha}`],
    ])
  })

  it('is absent when the commit can be read and has no such file', async () => {
    await using server = await github(null)
    expect(await readAt(server)).toEqual({ kind: 'absent', commit: baseSha })
  })

  it('a 404 for everything is no absence, but a token without rights', async () => {
    await using server = await loopback((_, response) => sendJson(response, 404, { message: 'Not Found' }))
    expect(await refusal(readAt(server))).toMatchObject({ code: 'BASE_UNREADABLE', fix: expect.stringContaining('contents: read') })
  })

  const answers: readonly (readonly [string, Answer, string])[] = [
    ['403', (_, response) => sendJson(response, 403, { message: 'Resource not accessible by integration' }), 'contents: read'],
    ['401', (_, response) => sendJson(response, 401, { message: 'Bad credentials' }), 'contents: read'],
    ['500', (_, response) => sendJson(response, 500, { message: 'oops' }), 'run it again'],
    ['a cut answer', (_, response) => cutBody(response, JSON.stringify(contents('models: {}'))), 'run it again'],
    ['a redirect', (_, response) => void response.writeHead(302, { location: '/elsewhere' }).end(), 'GITHUB_API_URL'],
    ['a web page', (_, response) => void response.writeHead(200).end('<html>'), 'GITHUB_API_URL'],
    ['a folder', (_, response) => sendJson(response, 200, [contents('x')]), 'regular file'],
    ['a submodule', (_, response) => sendJson(response, 200, contents('', { type: 'submodule' })), 'regular file'],
    [
      'a file that is too large',
      (_, response) => sendJson(response, 200, contents('', { encoding: 'none', size: 2 ** 21 })),
      'regular file',
    ],
    ['no text', (_, response) => sendJson(response, 200, contents(new Uint8Array([0xff, 0xfe]))), 'regular file'],
    ['something else', (_, response) => sendJson(response, 200, { ok: true }), 'GITHUB_API_URL'],
  ]
  it.each(answers)('%s is an error that says what to do', async (_, answer, fix) => {
    await using server = await github(answer)
    expect(await refusal(readAt(server))).toMatchObject({ code: 'BASE_UNREADABLE', fix: expect.stringContaining(fix) })
  })
})

describe('where the config lies in its repository', () => {
  let top = ''
  beforeAll(() => {
    top = mkdtempSync(join(tmpdir(), 'policy-path-'))
    for (const folder of ['ws/ml', 'ws/deep/.git', 'ws/deep/ml', 'out']) mkdirSync(join(top, folder), { recursive: true })
    symlinkSync(join(top, 'out'), join(top, 'ws', 'away'))
    symlinkSync(join(top, 'ws'), join(top, 'alias'))
    writeFileSync(join(top, 'out', 'm.yml'), '')
  })
  afterAll(() => rmSync(top, { recursive: true, force: true }))

  it.each([
    ['in the workspace', 'ws/m.yml', 'ws', 'm.yml'],
    ['in a folder of it', 'ws/ml/m.yml', 'ws', 'ml/m.yml'],
    ['in a checkout deeper down', 'ws/deep/ml/m.yml', 'ws', 'ml/m.yml'],
    ['through a link to the workspace', 'alias/ml/m.yml', 'ws', 'ml/m.yml'],
  ])('%s', (_, config, workspace, path) => {
    expect(pathInRepository(join(top, config), join(top, workspace))).toBe(path)
  })

  it.each([
    ['beside the workspace', 'out/m.yml', 'ws'],
    ['above it', 'm.yml', 'ws'],
    ['behind a link that leads out of it', 'ws/away/m.yml', 'ws'],
  ])('%s is an error', (_, config, workspace) => {
    expect(() => pathInRepository(join(top, config), join(top, workspace))).toThrow('outside of the workspace')
  })

  it('without a workspace nothing is guessed', () => {
    expect(() => pathInRepository(join(top, 'ws/m.yml'), undefined)).toThrow('GITHUB_WORKSPACE is not set')
  })
})
