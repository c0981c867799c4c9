/** What a failed call to GitHub means: whose trouble it is, whether trying again can help, and whether something may have changed. */
import { UserError } from '../../errors.ts'
import { isTlsTrouble } from '../http/connection.ts'

export interface Failure {
  readonly code: string
  readonly message: string
  readonly fix: string
  /** null: no answer came */
  readonly status: number | null
  /** trying again can help */
  readonly transient: boolean
  /** the change may have been made although this is an error: read back before anything else */
  readonly mayHaveChanged: boolean
  /** how long the server asked us to wait, ms */
  readonly waitMs: number | null
}

export class RestError extends UserError {
  readonly failure: Failure
  constructor(failure: Failure, options?: ErrorOptions) {
    super(failure.code, failure.message, failure.fix, options)
    this.name = 'RestError'
    this.failure = failure
  }
}

interface Sent {
  readonly method: string
  readonly path: string
  readonly needs?: string
}

interface Answered {
  readonly status: number
  readonly headers: Readonly<Record<string, unknown>>
  readonly data: unknown
}

const shown = (call: Sent) => `${call.method} ${call.path.replace(/^https?:\/\/[^/]*/, '').split('?')[0]}`

/** No answer, or not a whole one. */
export function failureOf(call: Sent, thrown: unknown): RestError {
  const causes = chain(thrown)
  const code = causes.map(codeOf).find((found) => found !== null) ?? null
  const deepest = causes.at(-1)
  const why = code ?? (deepest instanceof Error ? deepest.message : String(deepest))
  const final = code !== null && isTlsTrouble(code)
  return new RestError(
    {
      code: final ? 'GITHUB_TLS' : 'GITHUB_UNREACHABLE',
      message: final ? `the certificate of GitHub is not trusted (${why})` : `GitHub did not answer ${shown(call)}: ${why}`,
      fix: final ? 'add the certificate authority with NODE_EXTRA_CA_CERTS' : 'check the network and GITHUB_API_URL, then run it again',
      status: null,
      transient: !final,
      mayHaveChanged: call.method !== 'GET' && !final,
      waitMs: null,
    },
    { cause: thrown },
  )
}

/** An answer of 400 or more. @param now ms since 1970, only to turn the server's reset time into a wait */
export function judgeStatus(call: Sent, answer: Answered, now: number): RestError {
  const { status } = answer
  const said = messageOf(answer.data)
  const about = `GitHub answered ${status} to ${shown(call)}${said === '' ? '' : `: ${said}`}`
  const base = { status, transient: false, mayHaveChanged: false, waitMs: null }

  const limited = limitOf(answer, said, now)
  if (limited !== null) {
    const seconds = limited.waitMs === null ? null : Math.ceil(limited.waitMs / 1000)
    return new RestError({
      ...base,
      code: 'GITHUB_LIMIT',
      message: `${about} (rate limit${seconds === null ? '' : `, free again in ${seconds} s`})`,
      fix: seconds === null ? 'wait some minutes, then run it again' : `run it again in ${seconds} s`,
      transient: true,
      waitMs: limited.waitMs,
    })
  }
  if (status >= 500 || status === 408) {
    const waitMs = retryAfter(answer.headers['retry-after'], now)
    return new RestError({
      ...base,
      code: 'GITHUB_DOWN',
      message: about,
      fix: 'this is trouble at GitHub: run it again',
      transient: true,
      mayHaveChanged: call.method !== 'GET',
      waitMs,
    })
  }
  if (status === 401)
    return new RestError({ ...base, code: 'GITHUB_UNAUTHORIZED', message: about, fix: 'give a valid token as github-token' })
  if (status === 403) {
    const fix = call.needs ? `give the job the permission \`${call.needs}\`` : 'give the job the permission this call needs'
    return new RestError({ ...base, code: 'GITHUB_FORBIDDEN', message: about, fix })
  }
  if (status === 404) {
    const fix = `check that the repository exists and that the token may see it${call.needs ? ` (\`${call.needs}\`)` : ''}`
    return new RestError({ ...base, code: 'GITHUB_NOT_FOUND', message: about, fix })
  }
  return new RestError({ ...base, code: 'GITHUB_REFUSED', message: about, fix: 'see what GitHub says about it' })
}

function limitOf(answer: Answered, said: string, now: number): { waitMs: number | null } | null {
  if (answer.status !== 429 && answer.status !== 403) return null
  const asked = retryAfter(answer.headers['retry-after'], now)
  if (asked !== null) return { waitMs: asked }
  if (answer.headers['x-ratelimit-remaining'] === '0') {
    const reset = Number(answer.headers['x-ratelimit-reset'])
    return { waitMs: Number.isFinite(reset) ? Math.max(0, reset * 1000 - now) : null }
  }
  return answer.status === 429 || /rate limit/i.test(said) ? { waitMs: null } : null
}

/** Seconds or an HTTP date. */
function retryAfter(header: unknown, now: number): number | null {
  if (typeof header !== 'string' || header.trim() === '') return null
  const seconds = Number(header)
  if (Number.isFinite(seconds)) return Math.max(0, seconds * 1000)
  const date = Date.parse(header)
  return Number.isNaN(date) ? null : Math.max(0, date - now)
}

/** What the server says, one line, bounded: it is shown to people. */
function messageOf(data: unknown): string {
  const text = typeof data === 'object' && data !== null && 'message' in data ? data.message : data
  if (typeof text !== 'string' || text === '') return ''
  const line = text.replace(/[\p{C}\s]+/gu, ' ').trim()
  return line.startsWith('<') ? 'a web page' : line.slice(0, 200)
}

function chain(thrown: unknown): unknown[] {
  const causes: unknown[] = []
  for (let at = thrown; at !== undefined && at !== null && causes.length < 8; at = at instanceof Error ? at.cause : undefined)
    causes.push(at)
  return causes
}

function codeOf(error: unknown): string | null {
  return typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string' ? error.code : null
}

/** An answer that makes no sense, though it is one: a proxy's page, a list that loops, a redirect to nowhere. */
export const wrongAnswer = (message: string, more: Partial<Failure> = {}): RestError =>
  new RestError({
    code: 'GITHUB_ANSWER',
    message,
    fix: 'check GITHUB_API_URL and any proxy in between, then run it again',
    status: null,
    transient: false,
    mayHaveChanged: false,
    waitMs: null,
    ...more,
  })
