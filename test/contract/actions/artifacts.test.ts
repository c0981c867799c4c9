import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createArtifactStore } from '../../../src/adapters/github/artifacts.ts'
import { type Loopback, loopback, sendJson } from '../../support/loopback.ts'

/** The runtime token is only decoded: it says which run and job. */
const token = ['', JSON.stringify({ scp: 'Actions.Results:run-1:job-2' }), '']
  .map((part) => Buffer.from(part).toString('base64url'))
  .join('.')

/** Artifacts v4 as far as this program uses it; `corrupt` hands out other bytes than came in. */
async function service(options: { readonly corrupt?: boolean } = {}): Promise<Loopback> {
  const blocks = new Map<string, Buffer>()
  let stored = Buffer.alloc(0)
  let hash = ''
  let name = ''
  const server = await loopback((request, response) => {
    const { path, body } = request
    const rpc = /ArtifactService\/(\w+)$/.exec(path)?.[1]
    const url = `http://${request.headers.host}`
    if (rpc === 'CreateArtifact') {
      name = JSON.parse(body.toString('utf8')).name
      return sendJson(response, 200, { ok: true, signed_upload_url: `${url}/account/artifacts/blob.zip?sig=x` })
    }
    if (rpc === 'FinalizeArtifact') {
      hash = JSON.parse(body.toString('utf8')).hash
      return sendJson(response, 200, { ok: true, artifact_id: '7' })
    }
    if (rpc === 'ListArtifacts') {
      const artifacts =
        stored.length === 0
          ? []
          : [
              {
                workflow_run_backend_id: 'run-1',
                workflow_job_run_backend_id: 'job-2',
                database_id: '7',
                name,
                size: String(stored.length),
                digest: hash,
              },
            ]
      return sendJson(response, 200, { artifacts })
    }
    if (rpc === 'GetSignedArtifactURL') return sendJson(response, 200, { signed_url: `${url}/download?sig=x` })
    if (request.method === 'PUT' && path.includes('comp=blocklist')) {
      stored = Buffer.concat(
        [...body.toString('utf8').matchAll(/<Latest>([^<]+)<\/Latest>/g)].map((match) => blocks.get(match[1] ?? '') ?? Buffer.alloc(0)),
      )
      response.writeHead(201, { etag: '"1"', 'last-modified': 'Thu, 01 Jan 2026 00:00:00 GMT' }).end()
      return
    }
    if (request.method === 'PUT') {
      blocks.set(new URL(path, url).searchParams.get('blockid') ?? '', body)
      response.writeHead(201).end()
      return
    }
    if (path.startsWith('/download')) {
      const bytes = options.corrupt ? Buffer.concat([stored, Buffer.from('x')]) : stored
      response.writeHead(200, { 'content-type': 'application/zip', 'content-disposition': `attachment; filename="${name}.zip"` }).end(bytes)
      return
    }
    response.writeHead(404).end()
  })
  vi.stubEnv('ACTIONS_RESULTS_URL', server.url)
  return server
}

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'modelgate-artifact-'))
  vi.stubEnv('ACTIONS_RUNTIME_TOKEN', token)
  vi.stubEnv('GITHUB_SERVER_URL', 'https://github.com')
  vi.stubEnv('GITHUB_WORKSPACE', folder)
})
afterEach(() => {
  vi.unstubAllEnvs()
  rmSync(folder, { recursive: true, force: true })
})

describe('workflow artifacts', () => {
  const write = (name: string, content: string) => {
    mkdirSync(join(folder, 'out', 'm'), { recursive: true })
    writeFileSync(join(folder, 'out', name), content)
    return join(folder, 'out', name)
  }

  it('what is uploaded comes back, with its folders, and its digest is told to the service', async () => {
    await using server = await service()
    const store = createArtifactStore()
    const paths = [write('gate.json', '{"verdict":"pass"}'), write(join('m', 'evaluate.json'), '{}')]
    await store.upload('modelgate-report', join(folder, 'out'), paths)
    const finalized = server.seen.find(({ path }) => path.endsWith('FinalizeArtifact'))
    const sent = server.seen.filter(({ method, path }) => method === 'PUT' && path.includes('comp=block&')).map(({ body }) => body)
    expect(JSON.parse(finalized?.body.toString('utf8') ?? '{}').hash).toBe(
      `sha256:${createHash('sha256').update(Buffer.concat(sent)).digest('hex')}`,
    )

    await store.download('modelgate-report', join(folder, 'in'))
    expect(readdirSync(join(folder, 'in'), { recursive: true }).sort()).toEqual(['gate.json', 'm', join('m', 'evaluate.json')])
    expect(readFileSync(join(folder, 'in', 'gate.json'), 'utf8')).toBe('{"verdict":"pass"}')
  })

  it('NET-12 bytes that are not those of the upload are an error', async () => {
    await using _ = await service({ corrupt: true })
    const store = createArtifactStore()
    await store.upload('models', join(folder, 'out'), [write('m.onnx', 'bytes')])
    await expect(store.download('models', join(folder, 'in'))).rejects.toMatchObject({
      name: 'UserError',
      code: 'ARTIFACT_FAILED',
      message: expect.stringContaining('digest'),
    })
  })

  it('an artifact that is not there is one clear error', async () => {
    await using _ = await service()
    await expect(createArtifactStore().download('none', join(folder, 'in'))).rejects.toMatchObject({
      code: 'ARTIFACT_MISSING',
      fix: expect.stringContaining('needs:'),
    })
  })
})
