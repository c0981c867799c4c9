/**
 * Downloads over https: to public hosts only, redirects bounded and without credentials, hashed while they stream, all bytes or no file.
 * Messages show host and path, never the query, where tokens live.
 */
import { createHash } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { rm } from 'node:fs/promises'
import { type IncomingMessage, request as plainRequest } from 'node:http'
import { Agent, request as tlsRequest } from 'node:https'
import { pipeline } from 'node:stream/promises'
import { setTimeout as delay } from 'node:timers/promises'
import { asError, UserError } from '../../errors.ts'
import type { Downloads } from '../../ports/downloads.ts'
import { idleTimer, isTlsTrouble, Stalled } from './connection.ts'
import { proxyFor } from './proxy.ts'
import { checkHost, InternalAddress, publicLookup } from './public-address.ts'

export interface DownloadOptions {
  /** for HTTPS_PROXY and NO_PROXY; none when absent */
  readonly environment?: Readonly<Record<string, string | undefined>>
  readonly attempts?: number
  /** before the second try; doubles from there, plus jitter */
  readonly firstWaitMs?: number
  readonly longestWaitMs?: number
  /** without a byte for this long the connection counts as dead */
  readonly idleMs?: number
  readonly maxBytes?: number
  /** for tests only: plain http and addresses of this machine are allowed */
  readonly allowLoopback?: boolean
  /** a further certificate authority */
  readonly ca?: string
}

const maxRedirects = 5
const defaults = {
  environment: {},
  attempts: 4,
  firstWaitMs: 500,
  longestWaitMs: 60_000,
  idleMs: 30_000,
  maxBytes: 20 * 2 ** 30,
  allowLoopback: false,
}
type Settings = typeof defaults & DownloadOptions

/** Trying again can help. */
class Passing extends Error {
  readonly waitMs: number | null
  constructor(message: string, waitMs: number | null, options?: ErrorOptions) {
    super(message, options)
    this.waitMs = waitMs
  }
}

export function makeDownloads(options: DownloadOptions = {}): Downloads {
  const settings: Settings = { ...defaults, ...options }
  return {
    async get(url, path, signal) {
      const shown = show(url)
      try {
        for (let attempt = 1; ; attempt += 1) {
          signal.throwIfAborted()
          try {
            return await fetchOnce(url, path, signal, settings)
          } catch (thrown) {
            if (signal.aborted || !(thrown instanceof Passing)) throw thrown
            const asked = thrown.waitMs
            if (attempt >= settings.attempts || (asked !== null && asked > settings.longestWaitMs))
              throw failed(shown, thrown.message, attempt, thrown)
            const step = settings.firstWaitMs * 2 ** (attempt - 1)
            await delay(asked ?? Math.min(settings.longestWaitMs, step * (1 + Math.random() / 2)), undefined, { signal })
          }
        }
      } catch (thrown) {
        await rm(path, { force: true })
        throw thrown
      }
    },
  }
}

async function fetchOnce(first: string, path: string, signal: AbortSignal, settings: Settings): Promise<{ digest: string; bytes: number }> {
  let url = parse(first, null, settings)
  for (let hop = 0; hop <= maxRedirects; hop += 1) {
    using idle = idleTimer(settings.idleMs, signal)
    const response = await connect(url, idle.signal, settings)
    try {
      const status = response.statusCode ?? 0
      const { location } = response.headers
      if (status >= 300 && status < 400 && location !== undefined) {
        url = parse(location, url, settings)
        continue
      }
      judge(response, status, show(first))
      return await save(response, path, show(first), idle.restart, settings)
    } finally {
      response.destroy()
    }
  }
  throw failed(show(first), `it redirects more than ${maxRedirects} times`, 1)
}

/** The next address; a redirect carries no credentials over and never leaves https. */
function parse(text: string, from: URL | null, settings: Settings): URL {
  const shown = show(from?.href ?? text)
  if (!URL.canParse(text, from?.href)) throw failed(shown, 'its address is not a URL', 1)
  const url = new URL(text, from?.href)
  const plain = url.protocol === 'http:' && settings.allowLoopback && from?.protocol !== 'https:'
  if (url.protocol !== 'https:' && !plain) {
    throw refused(
      shown,
      from === null ? `${url.protocol} is not https:` : `it redirects to ${url.protocol}//${url.host}, which is not https`,
    )
  }
  if (from !== null) {
    url.username = ''
    url.password = ''
  }
  if (!settings.allowLoopback) {
    try {
      checkHost(url.hostname)
    } catch (thrown) {
      throw refused(shown, asError(thrown).message)
    }
  }
  return url
}

function connect(url: URL, signal: AbortSignal, settings: Settings): Promise<IncomingMessage> {
  const proxy = proxyFor(url, settings.environment)
  const guard = settings.allowLoopback || proxy !== null ? {} : { lookup: publicLookup }
  const agent = url.protocol === 'https:' ? { agent: new Agent({ ...(proxy === null ? {} : { proxyEnv: { HTTPS_PROXY: proxy } }) }) } : {}
  const request = url.protocol === 'https:' ? tlsRequest : plainRequest
  return new Promise((resolve, reject) => {
    const sent = request(url, {
      headers: { 'user-agent': 'modelgate', accept: '*/*', 'accept-encoding': 'identity' },
      signal,
      ...guard,
      ...agent,
      ...(settings.ca === undefined ? {} : { ca: settings.ca }),
    })
    sent.once('response', resolve)
    sent.once('error', (error) => reject(connectionTrouble(show(url.href), signal, error)))
    sent.end()
  })
}

function connectionTrouble(shown: string, signal: AbortSignal, error: Error): Error {
  if (error instanceof InternalAddress) return refused(shown, error.message)
  const code = 'code' in error && typeof error.code === 'string' ? error.code : error.message
  if (isTlsTrouble(code)) {
    return new UserError(
      'DOWNLOAD_FAILED',
      `the certificate of ${shown} is not trusted (${code})`,
      'add the certificate authority with NODE_EXTRA_CA_CERTS',
      { cause: error },
    )
  }
  return new Passing(signal.reason instanceof Stalled ? signal.reason.message : code, null, { cause: error })
}

function judge(response: IncomingMessage, status: number, shown: string): void {
  if (status === 404 || status === 410) {
    throw new UserError('DOWNLOAD_MISSING', `there is nothing at ${shown} (${status})`, 'check the URL')
  }
  if (status === 408 || status === 429 || status >= 500) {
    const after = Number(response.headers['retry-after'])
    throw new Passing(`the server answered ${status}`, Number.isFinite(after) ? after * 1000 : null)
  }
  if (status !== 200) throw failed(shown, `the server answered ${status}`, 1)
  const encoding = response.headers['content-encoding']
  if (encoding !== undefined && encoding !== 'identity') throw failed(shown, 'the server sent it in an encoding that was not asked for', 1)
}

async function save(
  response: IncomingMessage,
  path: string,
  shown: string,
  tick: () => void,
  settings: Settings,
): Promise<{ digest: string; bytes: number }> {
  const promised = Number(response.headers['content-length'] ?? Number.NaN)
  const tooLarge = () => new UserError('DOWNLOAD_TOO_LARGE', `${shown} is larger than ${settings.maxBytes} bytes`, 'check the URL')
  if (promised > settings.maxBytes) throw tooLarge()
  const hash = createHash('sha256')
  let bytes = 0
  const file = createWriteStream(path, { flags: 'w', mode: 0o600 })
  try {
    await pipeline(
      response,
      async function* (chunks: AsyncIterable<Buffer>) {
        for await (const chunk of chunks) {
          tick()
          bytes += chunk.length
          if (bytes > settings.maxBytes) throw tooLarge()
          hash.update(chunk)
          yield chunk
        }
      },
      file,
    )
  } catch (thrown) {
    // the file may only be opened now, and would then be made after it was taken away
    if (!file.closed) await new Promise<void>((resolve) => file.once('close', () => resolve()))
    const error = asError(thrown)
    if (error instanceof UserError || ('syscall' in error && (error.syscall === 'open' || error.syscall === 'write') && !isSocket(error)))
      throw error
    throw new Passing(`the connection ended after ${bytes} bytes`, null, { cause: error })
  }
  if (!Number.isNaN(promised) && promised !== bytes) throw new Passing(`${bytes} of ${promised} bytes came`, null)
  return { digest: `sha256:${hash.digest('hex')}`, bytes }
}

/** A `write` of the operating system may be to the socket as well as to the file. */
const isSocket = (error: Error): boolean => 'code' in error && (error.code === 'EPIPE' || error.code === 'ECONNRESET')

/** Host and path: queries and user names hold secrets. */
function show(url: string): string {
  if (!URL.canParse(url)) return 'the URL'
  const { host, pathname } = new URL(url)
  return `${host}${pathname}`.slice(0, 200)
}

const refused = (shown: string, why: string): UserError =>
  new UserError('DOWNLOAD_REFUSED', `${shown} is not downloaded: ${why}`, 'name a public https address')

const failed = (shown: string, why: string, attempts: number, cause?: Error): UserError =>
  new UserError(
    'DOWNLOAD_FAILED',
    `${shown} could not be downloaded${attempts > 1 ? ` in ${attempts} tries` : ''}: ${why}`,
    'check the URL and the network, then run it again',
    cause === undefined ? {} : { cause },
  )
