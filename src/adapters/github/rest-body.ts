/** Bodies of GitHub's answers: read whole into memory under a limit and a timer, or streamed to a file. */
import { createWriteStream } from 'node:fs'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { idleTimer } from '../http/connection.ts'
import { failureOf, judgeStatus, wrongAnswer } from './rest-failure.ts'

export type Fetch = typeof globalThis.fetch

export interface BodyLimits {
  /** without a byte for this long the connection counts as dead */
  readonly idleMs: number
  /** of an answer that is read into memory */
  readonly maxBytes: number
}

const maxRedirects = 5

/**
 * Fetches and reads the body to its end, so that a cut or a stall is an error here and not half a value later.
 * @param headersMs how long the first byte of the answer may take, an upload included
 */
export async function wholeBody(
  fetch: Fetch,
  url: Parameters<Fetch>[0],
  init: RequestInit | undefined,
  headersMs: number,
  limits: BodyLimits,
  outer: AbortSignal | undefined,
): Promise<Response> {
  using idle = idleTimer(headersMs, outer)
  const response = await fetch(url, { ...init, signal: idle.signal })
  const chunks: Uint8Array<ArrayBuffer>[] = []
  let bytes = 0
  if (response.body !== null) {
    for await (const chunk of response.body) {
      idle.restart(limits.idleMs)
      bytes += chunk.byteLength
      if (bytes > limits.maxBytes) throw new Error(`the answer is larger than ${limits.maxBytes} bytes`)
      chunks.push(Uint8Array.from(chunk))
    }
  }
  const bodyless = response.status === 204 || response.status === 205 || response.status === 304
  return new Response(bodyless ? null : new Blob(chunks), { status: response.status, headers: [...response.headers] })
}

interface Streamed {
  readonly fetch: Fetch
  /** absolute */
  readonly url: string
  readonly token: string
  /** for messages */
  readonly path: string
  readonly file: string
  readonly idleMs: number
  readonly signal: AbortSignal | undefined
}

/** Streams a body to a file, following redirects, which lose the token and never leave https. */
export async function streamTo({ fetch, url: first, token, path, file, idleMs, signal }: Streamed): Promise<void> {
  const call = { method: 'GET', path }
  using idle = idleTimer(idleMs, signal)
  const plain = { accept: 'application/octet-stream', 'user-agent': 'modelgate' }
  let url = first
  for (let hop = 0; hop <= maxRedirects; hop += 1) {
    idle.restart()
    const headers = hop === 0 ? { ...plain, authorization: `token ${token}` } : plain
    const response = await fetch(url, { headers, redirect: 'manual', signal: idle.signal }).catch((thrown: unknown) => {
      throw failureOf(call, thrown)
    })
    const location = response.headers.get('location')
    if (response.status >= 300 && response.status < 400 && location !== null) {
      await response.body?.cancel()
      const next = new URL(location, url)
      if (next.protocol !== 'https:' && new URL(url).protocol === 'https:') {
        throw wrongAnswer(`${path} redirects from https to ${next.protocol}//${next.host}`)
      }
      url = next.href
      continue
    }
    if (response.status !== 200 || response.body === null) {
      const data = (await response.text().catch(() => '')).slice(0, 2000)
      throw judgeStatus(call, { status: response.status, headers: Object.fromEntries(response.headers), data }, Date.now())
    }
    try {
      return await pipeline(ticking(response.body, idle.restart), createWriteStream(file, { flags: 'w', mode: 0o600 }))
    } catch (thrown) {
      throw failureOf(call, thrown)
    }
  }
  throw wrongAnswer(`${path} redirects more than ${maxRedirects} times`)
}

async function* ticking(body: ReadableStream<Uint8Array>, tick: () => void): AsyncGenerator<Uint8Array> {
  for await (const chunk of Readable.from(body)) {
    tick()
    yield chunk
  }
}
