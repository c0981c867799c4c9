/** A node:http server on a loopback port whose every answer the test decides; closes with its last connection. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'

export interface Seen {
  readonly method: string
  readonly path: string
  readonly headers: IncomingMessage['headers']
  readonly body: Buffer
  /** ms, monotonic */
  readonly at: number
}

export interface Loopback {
  readonly url: string
  readonly seen: Seen[]
  [Symbol.asyncDispose](): Promise<void>
}

export type Answer = (request: Seen, response: ServerResponse, index: number) => void | Promise<void>

export async function loopback(answer: Answer): Promise<Loopback> {
  const seen: Seen[] = []
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    try {
      for await (const chunk of request) chunks.push(Buffer.from(chunk))
    } catch {
      return // the client went away while it was sending
    }
    const entry: Seen = {
      method: request.method ?? '',
      path: request.url ?? '',
      headers: request.headers,
      body: Buffer.concat(chunks),
      at: performance.now(),
    }
    seen.push(entry)
    await answer(entry, response, seen.length - 1)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return {
    url: `http://127.0.0.1:${address.port}`,
    seen,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise<void>((resolve) => server.close(() => resolve()))
    },
  }
}

export const sendJson = (response: ServerResponse, status: number, data: unknown, headers: Record<string, string> = {}) => {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', ...headers })
  response.end(JSON.stringify(data))
}

/** Promises a longer body than it sends, then drops the connection. */
export const cutBody = (response: ServerResponse, text: string) => {
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': String(text.length) })
  response.write(text.slice(0, Math.floor(text.length / 2)), () => response.socket?.destroy())
}
