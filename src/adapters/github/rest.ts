/**
 * The one way this program talks to the GitHub REST API: octokit of @actions/github (its proxy and token rules apply) behind guards that
 * octokit lacks. Bodies are read whole and checked here, because octokit takes half a JSON body for a text; only repeatable calls are
 * retried, because a create that failed may have been done; what went wrong is a `RestError` that says whether something may have changed.
 */
import { openAsBlob } from 'node:fs'
import { rm } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'
import { getOctokit } from '@actions/github'
import { defaults } from '@actions/github/lib/utils'
import { UserError } from '../../errors.ts'
import { type Fetch, streamTo, wholeBody } from './rest-body.ts'
import { failureOf, judgeStatus, RestError, wrongAnswer } from './rest-failure.ts'

export { RestError } from './rest-failure.ts'

export interface RestLimits {
  /** tries of a repeatable call */
  readonly attempts: number
  /** before the second try; doubles from there, plus jitter */
  readonly firstWaitMs: number
  /** longest wait the server may ask for; beyond it the call ends in an error that says when to come back */
  readonly longestWaitMs: number
  /** without a byte for this long the connection counts as dead */
  readonly idleMs: number
  /** of an answer that is read into memory */
  readonly maxBytes: number
}

const defaultLimits: RestLimits = {
  attempts: 5,
  firstWaitMs: 500,
  longestWaitMs: 60_000,
  idleMs: 30_000,
  maxBytes: 64 * 2 ** 20,
}

export interface RestOptions {
  readonly token: string
  /** GITHUB_API_URL, read by the shells; `https://api.github.com` otherwise */
  readonly baseUrl: string
  readonly signal?: AbortSignal
  readonly limits?: Partial<RestLimits>
  /** told of every wait, so that a person sees why nothing happens */
  readonly onWait?: (text: string) => void
}

export interface RestCall {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE'
  /** made with `apiPath`; an absolute URL only for upload URLs that the API itself gave */
  readonly path: string
  readonly body?: Readonly<Record<string, unknown>>
  /** statuses that are an answer to the caller and no error, such as 404 */
  readonly allow?: readonly number[]
  /** default: everything but POST. Set false for a change whose second sending would mean something else. */
  readonly retry?: boolean
  /** the permission to name when the answer is 403, such as `contents: write` */
  readonly needs?: string
}

export interface RestAnswer {
  readonly status: number
  /** parsed JSON; null for an empty body */
  readonly data: unknown
  readonly headers: Readonly<Record<string, string>>
}

export interface Rest {
  readonly baseUrl: string
  /** @throws RestError */
  call(call: RestCall): Promise<RestAnswer>
  /** Every element of every page of a list. A page that cannot be read throws; `next` may neither loop nor leave the host. */
  pages(call: Omit<RestCall, 'method'>, itemsOf?: (data: unknown) => unknown): Promise<readonly unknown[]>
  /** Sends a file as the body of a POST, once. */
  upload(path: string, file: string, needs?: string): Promise<RestAnswer>
  /** Streams a body to a file; retried from the start, the file is removed on failure. Redirects lose the token. */
  download(path: string, file: string): Promise<void>
}

const maxPages = 1000
/** an upload may take this long for each byte beside the idle time: 64 kB/s */
const uploadMsPerByte = 1 / 64

/** `apiPath\`/repos/${owner}/…\``: every value is one path segment, whatever is in it. */
export const apiPath = (parts: TemplateStringsArray, ...values: readonly (string | number)[]): string =>
  parts.reduce((path, part, i) => path + encodeURIComponent(String(values[i - 1])) + part)

export function makeRest(options: RestOptions): Rest {
  const limits = { ...defaultLimits, ...options.limits }
  const baseUrl = options.baseUrl.replace(/\/+$/, '')
  const proxied: Fetch = defaults.request?.fetch ?? globalThis.fetch
  const octokit = getOctokit(options.token, { baseUrl, request: {}, log: silent })

  /** One exchange; the body is whole when this returns, and JSON unless it is empty. */
  async function exchange(call: RestCall, data?: Blob): Promise<RestAnswer> {
    const deadline = limits.idleMs + (data ? data.size * uploadMsPerByte : 0)
    const guarded: Fetch = (url, init) => wholeBody(proxied, url, init, deadline, limits, options.signal)
    try {
      const answer = await octokit.request({
        method: call.method,
        url: call.path,
        ...(data ? { data, headers: { 'content-type': 'application/octet-stream' } } : call.body ? { data: call.body } : {}),
        request: { fetch: guarded, redirect: 'manual' },
      })
      if (Number(answer.status) >= 300) throw wrongAnswer(`${call.path.split('?')[0]} has moved: GitHub answered ${answer.status}`)
      return toAnswer(answer, call)
    } catch (thrown) {
      const response = responseOf(thrown)
      if (response && call.allow?.includes(response.status)) return toAnswer(response, call, false)
      if (thrown instanceof UserError) throw thrown
      throw response ? judgeStatus(call, response, Date.now()) : failureOf(call, thrown)
    }
  }

  async function repeated<T>(call: RestCall, once: () => Promise<T>): Promise<T> {
    const retry = call.retry ?? call.method !== 'POST'
    for (let attempt = 1; ; attempt += 1) {
      options.signal?.throwIfAborted()
      try {
        return await once()
      } catch (thrown) {
        if (options.signal?.aborted) throw thrown
        if (!(thrown instanceof RestError) || !retry || attempt >= limits.attempts) throw thrown
        await wait(thrown, attempt)
      }
    }
  }

  async function wait(error: RestError, attempt: number): Promise<void> {
    const { failure } = error
    if (!failure.transient) throw error
    const asked = failure.waitMs
    if (asked !== null && asked > limits.longestWaitMs) throw error
    const step = limits.firstWaitMs * 2 ** (attempt - 1)
    const ms = asked ?? Math.min(limits.longestWaitMs, step * (1 + Math.random() / 2))
    options.onWait?.(`${error.message}; trying again in ${Math.ceil(ms / 1000)} s`)
    await delay(ms, undefined, options.signal ? { signal: options.signal } : {})
  }

  const rest: Rest = {
    baseUrl,
    call: (call) => repeated(call, () => exchange(call)),

    async pages(call, itemsOf = (data) => data) {
      const items: unknown[] = []
      const seen = new Set<string>()
      const separator = call.path.includes('?') ? '&' : '?'
      let path: string | null = `${call.path}${separator}per_page=100`
      while (path !== null) {
        if (seen.has(path) || seen.size >= maxPages) throw wrongPaging(call.path, 'loops')
        seen.add(path)
        const answer: RestAnswer = await rest.call({ ...call, method: 'GET', path })
        const page = itemsOf(answer.data)
        if (!Array.isArray(page)) throw wrongPaging(call.path, 'is not a list')
        items.push(...page)
        path = nextPage(answer.headers.link, baseUrl, call.path)
      }
      return items
    },

    async upload(path, file, needs) {
      const blob = await openAsBlob(file)
      const call: RestCall = { method: 'POST', path, ...(needs === undefined ? {} : { needs }) }
      return exchange(call, blob)
    },

    async download(path, file) {
      const call: RestCall = { method: 'GET', path }
      try {
        const { token, signal } = options
        await repeated(call, () => streamTo({ fetch: proxied, url: `${baseUrl}${path}`, token, path, file, idleMs: limits.idleMs, signal }))
      } catch (thrown) {
        await rm(file, { force: true })
        throw thrown
      }
    },
  }
  return rest
}

const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} }

interface RawResponse {
  readonly status: number
  readonly headers: Readonly<Record<string, unknown>>
  readonly data: unknown
}

function responseOf(thrown: unknown): RawResponse | null {
  if (typeof thrown !== 'object' || thrown === null || !('response' in thrown)) return null
  const response = thrown.response
  if (typeof response !== 'object' || response === null) return null
  if (!('status' in response) || typeof response.status !== 'number') return null
  const headers = 'headers' in response && typeof response.headers === 'object' && response.headers !== null ? response.headers : {}
  return { status: response.status, headers: { ...headers }, data: 'data' in response ? response.data : null }
}

/** An answer whose body is JSON, or empty. Anything else that calls itself a success is a proxy's page, not GitHub's. */
function toAnswer(raw: RawResponse, call: RestCall, strict = true): RestAnswer {
  const headers: Record<string, string> = {}
  for (const [name, value] of Object.entries(raw.headers)) headers[name.toLowerCase()] = String(value)
  if (typeof raw.data === 'object' && raw.data !== null && !(raw.data instanceof ArrayBuffer))
    return { status: raw.status, data: raw.data, headers }
  const empty =
    raw.data === '' || raw.data === null || raw.data === undefined || (raw.data instanceof ArrayBuffer && raw.data.byteLength === 0)
  if (!strict || (empty && (raw.status === 204 || raw.status === 205 || raw.status === 202)))
    return { status: raw.status, data: null, headers }
  const shown = typeof raw.data === 'string' ? JSON.stringify(raw.data.slice(0, 60)) : 'bytes'
  const what = `GitHub answered ${raw.status} to ${call.method} ${call.path.split('?')[0]} with something that is not JSON`
  throw wrongAnswer(`${what}: ${empty ? 'nothing' : shown}`, { status: raw.status, transient: true, mayHaveChanged: call.method !== 'GET' })
}

function nextPage(link: string | undefined, baseUrl: string, shown: string): string | null {
  const found = /<([^<>]+)>;\s*rel="next"/.exec(link ?? '')?.[1]
  if (found === undefined) return null
  const next = new URL(found, `${baseUrl}/`)
  const base = new URL(baseUrl)
  const prefix = base.pathname.replace(/\/+$/, '')
  if (next.origin !== base.origin || !next.pathname.startsWith(prefix)) throw wrongPaging(shown, 'points to another host')
  return `${next.pathname.slice(prefix.length)}${next.search}`
}

const wrongPaging = (path: string, what: string): RestError => wrongAnswer(`the next page of ${path.split('?')[0]} ${what}`)
