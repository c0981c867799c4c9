/**
 * GitHub's comments API, as far as it goes: accounts with ids, pages of at most 100, ids that grow, bodies that are too long refused. A
 * schedule of faults says at which request what goes wrong, before or after the change was made.
 */
import type { ServerResponse } from 'node:http'
import { type Loopback, loopback, type Seen, sendJson } from './loopback.ts'

export interface Account {
  readonly id: number
  readonly login: string
  readonly type: 'User' | 'Bot'
}
export const workflowBot: Account = { id: 41898282, login: 'github-actions[bot]', type: 'Bot' }
export const mallory: Account = { id: 666, login: 'mallory', type: 'User' }

export interface StoredComment {
  readonly id: number
  body: string
  readonly user: Account
}

/** What goes wrong with one request. `lost`: done, but the answer never arrives. */
export type Fault = 'reset' | 'lost' | 'cut' | { readonly status: number; readonly message?: string; readonly done?: boolean }

export interface FakeComments {
  readonly url: string
  readonly seen: Loopback['seen']
  readonly comments: StoredComment[]
  add(user: Account, body: string): StoredComment
  /** asked before each request is answered; the index counts from 0 */
  fault: (request: Seen, index: number) => Fault | null
  /** called when a list has been answered, so that another run can act in between */
  afterList: (count: number) => void
  [Symbol.asyncDispose](): Promise<void>
}

export interface FakeOptions {
  readonly me?: Account
  /** a workflow's own token may not ask who it is */
  readonly mayAskUser?: boolean
}

const longestBody = 65_536

export async function fakeComments({ me = workflowBot, mayAskUser = me.type === 'User' }: FakeOptions = {}): Promise<FakeComments> {
  const comments: StoredComment[] = []
  let nextId = 1000
  let lists = 0
  const server = await loopback(async (request, response, index) => {
    const fault = fake.fault(request, index)
    if (fault === 'reset') return void response.socket?.destroy()
    if (typeof fault === 'object' && fault !== null && !fault.done)
      return sendJson(response, fault.status, { message: fault.message ?? 'no' })
    const answer = handle(request)
    if (fault === 'lost') return void response.socket?.destroy()
    if (fault === 'cut') return cut(response, answer.data)
    if (fault !== null) return sendJson(response, fault.status, { message: fault.message ?? 'no' })
    sendJson(response, answer.status, answer.data, answer.headers)
    if (request.method === 'GET' && !request.path.startsWith('/user')) fake.afterList(++lists)
  })

  const shown = (comment: StoredComment) => ({
    id: comment.id,
    body: comment.body,
    user: comment.user,
    performed_via_github_app: comment.user.type === 'Bot' ? { slug: comment.user.login.replace('[bot]', '') } : null,
  })

  function handle(request: Seen): { status: number; data: unknown; headers?: Record<string, string> } {
    const url = new URL(request.path, server.url)
    if (url.pathname === '/user')
      return mayAskUser ? { status: 200, data: me } : { status: 403, data: { message: 'Resource not accessible by integration' } }
    const one = /^\/repos\/acme\/flights\/issues\/comments\/(\d+)$/.exec(url.pathname)
    if (one) return change(request, Number(one[1]))
    if (!/^\/repos\/acme\/flights\/issues\/7\/comments$/.test(url.pathname)) return { status: 404, data: { message: 'Not Found' } }
    if (request.method === 'POST') {
      const body = bodyOf(request)
      if (body.length > longestBody) return { status: 422, data: { message: 'Validation Failed: body is too long' } }
      return { status: 201, data: shown(fake.add(me, body)) }
    }
    const size = Number(url.searchParams.get('per_page') ?? 30)
    const page = Number(url.searchParams.get('page') ?? 1)
    const next = `${server.url}${url.pathname}?per_page=${size}&page=${page + 1}`
    return {
      status: 200,
      data: comments.slice((page - 1) * size, page * size).map(shown),
      ...(comments.length > page * size ? { headers: { link: `<${next}>; rel="next"` } } : {}),
    }
  }

  function change(request: Seen, id: number) {
    const at = comments.findIndex((comment) => comment.id === id)
    const found = comments[at]
    if (found === undefined) return { status: 404, data: { message: 'Not Found' } }
    if (found.user.id !== me.id) return { status: 403, data: { message: 'Resource not accessible by integration' } }
    if (request.method === 'DELETE') {
      comments.splice(at, 1)
      return { status: 204, data: null }
    }
    found.body = bodyOf(request)
    return { status: 200, data: shown(found) }
  }

  const fake: FakeComments = {
    url: server.url,
    seen: server.seen,
    comments,
    add(user, body) {
      nextId += 1
      const comment = { id: nextId, body, user }
      comments.push(comment)
      return comment
    },
    fault: () => null,
    afterList: () => {},
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  }
  return fake
}

function bodyOf(request: Seen): string {
  const parsed: unknown = JSON.parse(request.body.toString())
  if (typeof parsed === 'object' && parsed !== null && 'body' in parsed && typeof parsed.body === 'string') return parsed.body
  throw new Error('a comment without a body was sent')
}

/** Half of a body whose length was promised. */
function cut(response: ServerResponse, data: unknown): void {
  const text = JSON.stringify(data)
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': String(text.length) })
  response.write(text.slice(0, text.length >> 1), () => response.socket?.destroy())
}
