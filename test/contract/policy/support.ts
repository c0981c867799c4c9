/** A pull request on a loopback GitHub: what lies at its base is the test's to say. */
import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Answer, type Loopback, loopback, sendJson } from '../../support/loopback.ts'

export const baseSha = 'a'.repeat(40)

export const contents = (text: string | Uint8Array, change: Record<string, unknown> = {}) => ({
  type: 'file',
  encoding: 'base64',
  size: text.length,
  content: Buffer.from(text)
    .toString('base64')
    .replace(/(.{60})/g, '$1\n'),
  ...change,
})

/** Answers for the config at the base: a text, or whatever the test says; commits can be read. */
export const github = (config: string | Answer | null): Promise<Loopback> =>
  loopback((request, response, index) => {
    if (/^\/repos\/acme\/m\/git\/commits\//.test(request.path)) return sendJson(response, 200, { sha: request.path.split('/').at(-1) })
    if (!/^\/repos\/acme\/m\/contents\//.test(request.path)) return sendJson(response, 404, { message: 'Not Found' })
    if (typeof config === 'function') return config(request, response, index)
    if (config === null) return sendJson(response, 404, { message: 'Not Found' })
    return sendJson(response, 200, contents(config))
  })

/** What the runner sets for a pull request whose workspace is this folder. */
export function pullEnvironment(workspace: string, api: string, event: Readonly<Record<string, unknown>> = {}): Record<string, string> {
  const repository = { full_name: 'acme/m', default_branch: 'main' }
  const side = (sha: string) => ({ sha, repo: repository })
  const scratch = join(workspace, '.runner')
  mkdirSync(scratch, { recursive: true })
  const path = join(scratch, 'event.json')
  writeFileSync(
    path,
    JSON.stringify({ repository, pull_request: { number: 7, base: side(baseSha), head: side('b'.repeat(40)) }, ...event }),
  )
  return {
    GITHUB_ACTIONS: 'true',
    GITHUB_EVENT_NAME: 'pull_request',
    GITHUB_EVENT_PATH: path,
    GITHUB_REPOSITORY: 'acme/m',
    GITHUB_SHA: 'c'.repeat(40),
    GITHUB_REF: 'refs/pull/7/merge',
    GITHUB_RUN_ID: '42',
    GITHUB_RUN_ATTEMPT: '1',
    GITHUB_SERVER_URL: 'https://github.com',
    GITHUB_API_URL: api,
    GITHUB_WORKSPACE: workspace,
    RUNNER_TEMP: scratch,
  }
}

export const git = (cwd: string, ...args: string[]): string =>
  execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@localhost', ...args], { cwd, encoding: 'utf8' }).trim()
