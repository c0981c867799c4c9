/**
 * A loopback proxy in front of a GitHub emulator that forgets the bytes of release assets: it keeps what is uploaded through it, serves it again,
 * and says its digest, as GitHub does. Everything else passes as it is, with addresses pointing back here.
 */
import { createHash } from 'node:crypto'
import { request as send } from 'node:http'
import { type Loopback, loopback, type Seen } from './loopback.ts'

export async function assetMemory(target: string): Promise<Loopback> {
  const bytes = new Map<string, Buffer>()
  const { port, hostname } = new URL(target)
  const elsewhere = new RegExp(`http://(localhost|127\\.0\\.0\\.1):${port}`, 'g')

  const server = await loopback(async (request, response) => {
    const asset = /\/releases\/assets\/(\d+)$/.exec(request.path)?.[1]
    const kept = asset === undefined ? undefined : bytes.get(asset)
    if (request.method === 'GET' && kept !== undefined && request.headers.accept?.includes('octet-stream')) {
      response.writeHead(200, { 'content-type': 'application/octet-stream' }).end(kept)
      return
    }
    const answer = await pass(request)
    let text = answer.text.replace(elsewhere, server.url)
    if (request.method === 'POST' && /\/releases\/\d+\/assets\?/.test(request.path) && answer.status === 201) {
      bytes.set(String(JSON.parse(text).id), request.body)
    }
    if (/\/releases\/\d+\/assets(\?|$)/.test(request.path) && answer.status < 300) text = JSON.stringify(withDigests(JSON.parse(text)))
    const { link } = answer
    response.writeHead(answer.status, {
      'content-type': answer.type,
      ...(link === undefined ? {} : { link: link.replace(elsewhere, server.url) }),
    })
    response.end(answer.status === 204 ? undefined : text)
  })

  function withDigests(value: unknown): unknown {
    if (Array.isArray(value)) return value.map(withDigests)
    const id = typeof value === 'object' && value !== null && 'id' in value ? String(value.id) : ''
    const kept = bytes.get(id)
    return kept === undefined ? value : { ...Object(value), digest: `sha256:${createHash('sha256').update(kept).digest('hex')}` }
  }

  const pass = (request: Seen) =>
    new Promise<{ status: number; type: string; link: string | undefined; text: string }>((resolve, reject) => {
      const { host: _, connection: __, 'transfer-encoding': ___, ...headers } = request.headers
      const forwarded = send(
        { hostname, port, method: request.method, path: request.path, headers: { ...headers, 'content-length': request.body.length } },
        (answer) => {
          const chunks: Buffer[] = []
          answer.on('data', (chunk: Buffer) => chunks.push(chunk))
          answer.on('error', reject)
          answer.on('end', () =>
            resolve({
              status: answer.statusCode ?? 502,
              type: answer.headers['content-type'] ?? 'application/json',
              link: typeof answer.headers.link === 'string' ? answer.headers.link : undefined,
              text: Buffer.concat(chunks).toString('utf8'),
            }),
          )
        },
      )
      forwarded.on('error', reject)
      forwarded.end(request.body)
    })

  return server
}
