/** GitHub, played by `emulate` on loopback: one server a test file, a repository with a pull request in it. */
import { type ChildProcess, spawn } from 'node:child_process'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { z } from 'zod'
import { projectRoot } from '../../support/spawn.ts'

export const token = 'test_token_admin'

export class EmulatedGitHub {
  readonly url: string
  private readonly process: ChildProcess
  private constructor(url: string, process: ChildProcess) {
    this.url = url
    this.process = process
  }

  static async start(): Promise<EmulatedGitHub> {
    const port = await freePort()
    const script = join(projectRoot, 'test', 'e2e', 'node_modules', 'emulate', 'dist', 'index.js')
    const child = spawn(process.execPath, [script, 'start', '--service', 'github', '--port', String(port)], {
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const github = new EmulatedGitHub(`http://127.0.0.1:${port}`, child)
    for (let attempt = 0; attempt < 100; attempt++) {
      try {
        await github.call('GET', '/user')
        return github
      } catch {
        await new Promise((resolve) => setTimeout(resolve, 100))
      }
    }
    child.kill()
    throw new Error('the emulator did not start')
  }

  async call(method: string, path: string, body?: unknown): Promise<unknown> {
    const response = await fetch(`${this.url}${path}`, {
      method,
      headers: { authorization: `token ${token}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`)
    return response.status === 204 ? null : response.json()
  }

  /** A repository with one commit on main. */
  async makeRepository(name: string): Promise<{ readonly fullName: string; readonly sha: string }> {
    const repository = z.object({ full_name: z.string() }).parse(await this.call('POST', '/user/repos', { name, auto_init: true }))
    const ref = refSchema.parse(await this.call('GET', `/repos/${repository.full_name}/git/ref/heads/main`))
    return { fullName: repository.full_name, sha: ref.object.sha }
  }

  /** Puts a file on main. @returns main's commit */
  async putFile(fullName: string, path: string, content: Buffer): Promise<string> {
    const body = { message: path, content: content.toString('base64'), branch: 'main' }
    return z.object({ commit: shaSchema }).parse(await this.call('PUT', `/repos/${fullName}/contents/${path}`, body)).commit.sha
  }

  /** A branch with one commit more than main, and a pull request of it. */
  async openPullRequest(
    fullName: string,
    branch: string,
  ): Promise<{ readonly number: number; readonly head: string; readonly base: string }> {
    const base = refSchema.parse(await this.call('GET', `/repos/${fullName}/git/ref/heads/main`)).object.sha
    const commit = z.object({ tree: shaSchema }).parse(await this.call('GET', `/repos/${fullName}/git/commits/${base}`))
    const tree = shaSchema.parse(
      await this.call('POST', `/repos/${fullName}/git/trees`, {
        base_tree: commit.tree.sha,
        tree: [{ path: `${branch}.txt`, mode: '100644', type: 'blob', content: branch }],
      }),
    )
    const made = shaSchema.parse(
      await this.call('POST', `/repos/${fullName}/git/commits`, { message: branch, tree: tree.sha, parents: [base] }),
    )
    await this.call('POST', `/repos/${fullName}/git/refs`, { ref: `refs/heads/${branch}`, sha: made.sha })
    const pull = z
      .object({ number: z.number() })
      .parse(await this.call('POST', `/repos/${fullName}/pulls`, { title: branch, head: branch, base: 'main' }))
    return { number: pull.number, head: made.sha, base }
  }

  async comments(fullName: string, number: number): Promise<readonly { readonly id: number; readonly body: string }[]> {
    return z
      .array(z.object({ id: z.number(), body: z.string() }))
      .parse(await this.call('GET', `/repos/${fullName}/issues/${number}/comments?per_page=100`))
  }

  stop(): void {
    this.process.kill()
  }
}

const shaSchema = z.object({ sha: z.string() })
const refSchema = z.object({ object: shaSchema })

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.on('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => (typeof address === 'object' && address !== null ? resolve(address.port) : reject(new Error('no port'))))
    })
  })
}
