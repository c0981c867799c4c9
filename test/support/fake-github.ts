/**
 * The part of GitHub's REST API that promotion uses, in memory, with faults at chosen requests: Git data (fast-forward enforced) and releases
 * (drafts, assets, tags). State is plain, so that a test can say what must hold at the end.
 */
import { createHash } from 'node:crypto'
import type { ServerResponse } from 'node:http'
import { type Loopback, loopback, type Seen, sendJson } from './loopback.ts'

/** before: nothing happened on the server. after: it did, and the answer was lost. */
export const faults = ['403', '500 before', '500 after', 'reset before', 'reset after', 'cut after'] as const
export type Fault = (typeof faults)[number]

interface FakeCommit {
  readonly sha: string
  readonly tree: string
  readonly parents: readonly string[]
  readonly message: string
}
export interface FakeAsset {
  readonly id: number
  readonly name: string
  readonly bytes: Buffer
  state: string
}
export interface FakeRelease {
  readonly id: number
  readonly tag_name: string
  readonly target: string
  draft: boolean
  readonly body: string
  readonly assets: FakeAsset[]
}

export interface FakeGithub extends Loopback {
  readonly repository: string
  readonly refs: Map<string, string>
  readonly releases: FakeRelease[]
  /** fault of the n-th request from now on; cleared by null */
  schedule: ((index: number, request: Seen) => Fault | null) | null
  /** GitHub tells an asset's digest; older servers do not */
  digests: boolean
  /** called before a request is answered: somebody else acting meanwhile */
  before: ((request: Seen) => void) | null
  /** path → text of the newest commit of a branch */
  files(branch: string): Map<string, string>
  commit(branch: string, files: Record<string, string>): string
  restart(): void
  readonly mutations: Seen[]
}

const sha1 = (text: string | Buffer) => createHash('sha1').update(text).digest('hex')

export async function fakeGithub(repository = 'acme/models'): Promise<FakeGithub> {
  const blobs = new Map<string, Buffer>()
  const trees = new Map<string, Map<string, string>>() // full path → blob, for a root; folders are derived
  const commits = new Map<string, FakeCommit>()
  const refs = new Map<string, string>()
  const releases: FakeRelease[] = []
  const folders = new Map<string, { tree: string; under: string }>()
  let ids = 100
  let count = 0

  const putTree = (files: Map<string, string>) => {
    const sha = sha1(JSON.stringify([...files].sort()))
    trees.set(sha, files)
    return sha
  }
  const putCommit = (tree: string, parents: readonly string[], message: string) => {
    const sha = sha1(JSON.stringify([tree, parents, message, ids++]))
    commits.set(sha, { sha, tree, parents, message })
    return sha
  }
  const descends = (from: string, to: string): boolean =>
    from === to || (commits.get(from)?.parents ?? []).some((parent) => descends(parent, to))

  const listTree = (sha: string, recursive: boolean) => {
    const { tree, under } = folders.get(sha) ?? { tree: sha, under: '' }
    const files = trees.get(tree)
    if (files === undefined) return null
    const seen = new Map<string, { path: string; mode: string; type: string; sha: string }>()
    for (const [path, blob] of files) {
      if (!path.startsWith(under)) continue
      const rest = path.slice(under.length)
      const slash = rest.indexOf('/')
      if (slash < 0 || recursive) seen.set(rest, { path: rest, mode: '100644', type: 'blob', sha: blob })
      if (slash < 0) continue
      const name = rest.slice(0, slash)
      const folder = sha1(`${tree}:${under}${name}`)
      folders.set(folder, { tree, under: `${under}${name}/` })
      seen.set(`${name}/`, { path: name, mode: '040000', type: 'tree', sha: folder })
    }
    return [...seen.values()]
  }

  const assetJson = (asset: FakeAsset) => ({
    id: asset.id,
    name: asset.name,
    state: asset.state,
    size: asset.bytes.length,
    ...(fake.digests ? { digest: `sha256:${createHash('sha256').update(asset.bytes).digest('hex')}` } : {}),
  })
  const releaseJson = (release: FakeRelease) => ({
    id: release.id,
    tag_name: release.tag_name,
    draft: release.draft,
    body: release.body,
    html_url: `https://github.test/${repository}/releases/tag/${release.tag_name}`,
    upload_url: `${server.url}/uploads/${release.id}{?name,label}`,
  })

  interface Reply {
    readonly status: number
    readonly data?: unknown
    readonly bytes?: Buffer
  }
  const notFound: Reply = { status: 404, data: { message: 'Not Found' } }
  const refused = (message: string): Reply => ({ status: 422, data: { message } })
  type Handler = (match: RegExpExecArray, body: Record<string, unknown>, request: Seen) => Reply

  const routes: readonly (readonly [string, RegExp, Handler])[] = [
    ['GET', /^$/, () => ({ status: 200, data: { full_name: repository } })],
    [
      'GET',
      /^\/git\/ref\/(.+)$/,
      ([, name = '']) => {
        const sha = refs.get(`refs/${decodeURIComponent(name)}`)
        return sha === undefined ? notFound : { status: 200, data: { ref: `refs/${decodeURIComponent(name)}`, object: { sha } } }
      },
    ],
    [
      'POST',
      /^\/git\/refs$/,
      (_, body) => {
        const [ref, sha] = [String(body.ref), String(body.sha)]
        if (refs.has(ref)) return refused('Reference already exists')
        refs.set(ref, sha)
        return { status: 201, data: { ref, object: { sha } } }
      },
    ],
    [
      'PATCH',
      /^\/git\/refs\/(.+)$/,
      ([, name = ''], body) => {
        const ref = `refs/${decodeURIComponent(name)}`
        const now = refs.get(ref)
        const sha = String(body.sha)
        if (now === undefined) return refused('Reference does not exist')
        if (body.force !== false || !descends(sha, now)) return refused('Update is not a fast forward')
        refs.set(ref, sha)
        return { status: 200, data: { ref, object: { sha } } }
      },
    ],
    [
      'GET',
      /^\/git\/commits\/(\w+)$/,
      ([, sha = '']) => {
        const commit = commits.get(sha)
        return commit === undefined ? notFound : { status: 200, data: { sha, tree: { sha: commit.tree }, message: commit.message } }
      },
    ],
    [
      'POST',
      /^\/git\/commits$/,
      (_, body) => {
        const sha = putCommit(String(body.tree), Array.isArray(body.parents) ? body.parents.map(String) : [], String(body.message))
        return { status: 201, data: { sha, tree: { sha: body.tree } } }
      },
    ],
    [
      'GET',
      /^\/git\/trees\/(\w+)$/,
      ([, sha = ''], _, request) => {
        const tree = listTree(sha, request.path.includes('recursive=1'))
        return tree === null ? notFound : { status: 200, data: { sha, tree, truncated: false } }
      },
    ],
    [
      'POST',
      /^\/git\/trees$/,
      (_, body) => {
        const base = typeof body.base_tree === 'string' ? trees.get(body.base_tree) : new Map<string, string>()
        if (base === undefined || !Array.isArray(body.tree)) return refused('Invalid base_tree')
        const files = new Map(base)
        for (const entry of body.tree) {
          const bytes = Buffer.from(String(entry.content))
          blobs.set(sha1(bytes), bytes)
          files.set(String(entry.path), sha1(bytes))
        }
        return { status: 201, data: { sha: putTree(files), tree: [], truncated: false } }
      },
    ],
    [
      'GET',
      /^\/git\/blobs\/(\w+)$/,
      ([, sha = '']) => {
        const bytes = blobs.get(sha)
        return bytes === undefined
          ? notFound
          : { status: 200, data: { encoding: 'base64', content: bytes.toString('base64').replace(/(.{60})/g, '$1\n') } }
      },
    ],
    [
      'GET',
      /^\/releases$/,
      (_, __, request) => {
        const page = Number(new URL(request.path, 'http://x').searchParams.get('page') ?? 1)
        return {
          status: 200,
          data: [...releases]
            .reverse()
            .slice((page - 1) * 100, page * 100)
            .map(releaseJson),
        }
      },
    ],
    [
      'POST',
      /^\/releases$/,
      (_, body) => {
        const release: FakeRelease = {
          id: ids++,
          tag_name: String(body.tag_name),
          target: String(body.target_commitish),
          draft: body.draft === true,
          body: String(body.body),
          assets: [],
        }
        releases.push(release)
        return { status: 201, data: releaseJson(release) }
      },
    ],
    [
      'GET',
      /^\/releases\/tags\/(.+)$/,
      ([, tag = '']) => {
        const found = releases.find((one) => !one.draft && one.tag_name === decodeURIComponent(tag))
        return found === undefined ? notFound : { status: 200, data: releaseJson(found) }
      },
    ],
    [
      'GET',
      /^\/releases\/(\d+)$/,
      ([, id]) => {
        const found = releases.find((one) => one.id === Number(id))
        return found === undefined ? notFound : { status: 200, data: releaseJson(found) }
      },
    ],
    [
      'PATCH',
      /^\/releases\/(\d+)$/,
      ([, id], body) => {
        const found = releases.find((one) => one.id === Number(id))
        if (found === undefined) return notFound
        if (body.draft === false && releases.some((one) => one !== found && !one.draft && one.tag_name === found.tag_name)) {
          return refused('already_exists: tag_name')
        }
        if (body.draft === false && found.draft) {
          found.draft = false
          refs.set(`refs/tags/${found.tag_name}`, found.target)
        }
        return { status: 200, data: releaseJson(found) }
      },
    ],
    [
      'DELETE',
      /^\/releases\/(\d+)$/,
      ([, id]) => {
        const at = releases.findIndex((one) => one.id === Number(id))
        if (at < 0) return notFound
        releases.splice(at, 1)
        return { status: 204 }
      },
    ],
    [
      'GET',
      /^\/releases\/(\d+)\/assets$/,
      ([, id]) => {
        const found = releases.find((one) => one.id === Number(id))
        return found === undefined ? notFound : { status: 200, data: found.assets.map(assetJson) }
      },
    ],
    [
      'DELETE',
      /^\/releases\/assets\/(\d+)$/,
      ([, id]) => {
        for (const release of releases) {
          const at = release.assets.findIndex((asset) => asset.id === Number(id))
          if (at >= 0) release.assets.splice(at, 1)
        }
        return { status: 204 }
      },
    ],
    [
      'GET',
      /^\/releases\/assets\/(\d+)$/,
      ([, id]) => {
        const found = releases.flatMap((one) => one.assets).find((asset) => asset.id === Number(id))
        return found === undefined ? notFound : { status: 200, bytes: found.bytes }
      },
    ],
  ]

  function handle(request: Seen): Reply {
    const [path = ''] = request.path.split('?')
    const upload = /^\/uploads\/(\d+)$/.exec(path)
    if (upload && request.method === 'POST') {
      const release = releases.find((one) => one.id === Number(upload[1]))
      const name = new URL(request.path, 'http://x').searchParams.get('name') ?? ''
      if (release === undefined) return notFound
      if (release.assets.some((asset) => asset.name === name)) return refused('already_exists: name')
      const asset: FakeAsset = { id: ids++, name, bytes: request.body, state: 'uploaded' }
      release.assets.push(asset)
      return { status: 201, data: assetJson(asset) }
    }
    const prefix = `/repos/${repository}`
    if (!path.startsWith(prefix)) return notFound
    const body = request.body.length > 0 ? JSON.parse(request.body.toString('utf8')) : {}
    for (const [method, pattern, handler] of routes) {
      const match = method === request.method ? pattern.exec(path.slice(prefix.length)) : null
      if (match) return handler(match, body, request)
    }
    return notFound
  }

  const send = (response: ServerResponse, reply: Reply) => {
    if (reply.bytes !== undefined) response.writeHead(reply.status, { 'content-type': 'application/octet-stream' }).end(reply.bytes)
    else if (reply.data === undefined) response.writeHead(reply.status).end()
    else sendJson(response, reply.status, reply.data)
  }

  const server = await loopback((request, response) => {
    const fault = fake.schedule?.(count, request) ?? null
    count += 1
    fake.before?.(request)
    if (fault === '403') return sendJson(response, 403, { message: 'Resource not accessible by integration' })
    if (fault === '500 before') return sendJson(response, 500, { message: 'Server Error' })
    if (fault === 'reset before') return void response.socket?.destroy()
    if (request.method !== 'GET') fake.mutations.push(request)
    const reply = handle(request)
    if (fault === '500 after') return sendJson(response, 500, { message: 'Server Error' })
    if (fault === 'reset after') return void response.socket?.destroy()
    if (fault === 'cut after') {
      const body = reply.bytes ?? Buffer.from(JSON.stringify(reply.data ?? {}))
      response.writeHead(reply.status, { 'content-type': 'application/json', 'content-length': String(body.length + 10) })
      response.write(body.subarray(0, Math.ceil(body.length / 2)), () => response.socket?.destroy())
      return
    }
    send(response, reply)
  })

  const fake: FakeGithub = {
    ...server,
    repository,
    refs,
    releases,
    schedule: null,
    digests: true,
    before: null,
    mutations: [],
    files(branch) {
      const files = trees.get(commits.get(refs.get(`refs/heads/${branch}`) ?? '')?.tree ?? '') ?? new Map<string, string>()
      return new Map([...files].map(([path, blob]) => [path, blobs.get(blob)?.toString('utf8') ?? '']))
    },
    commit(branch, files) {
      const parent = refs.get(`refs/heads/${branch}`)
      const tree = new Map(trees.get(commits.get(parent ?? '')?.tree ?? '') ?? [])
      for (const [path, text] of Object.entries(files)) {
        blobs.set(sha1(text), Buffer.from(text))
        tree.set(path, sha1(text))
      }
      const sha = putCommit(putTree(tree), parent === undefined ? [] : [parent], 'by somebody else')
      refs.set(`refs/heads/${branch}`, sha)
      return sha
    },
    restart() {
      count = 0
      fake.schedule = null
      fake.before = null
    },
  }
  return fake
}
