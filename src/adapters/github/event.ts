/** The event of a GitHub run, from its payload file: bounded, parsed, and only the parts that decide something. */
import { z } from 'zod'
import type { RunSource } from '../../core/schema/result.ts'
import { shorten, visible } from '../../core/text/visible.ts'
import { UserError } from '../../errors.ts'
import type { EventFacts, PullRequest } from '../../ports/ci-host.ts'

export type Environment = Readonly<Record<string, string | undefined>>
export type ReadFile = (path: string, maxBytes: number) => Promise<Uint8Array | null>

/** GitHub itself cuts payloads off at 25 MB. */
const maxPayloadBytes = 32 * 2 ** 20

const sha = z.string().regex(/^[0-9a-f]{40}([0-9a-f]{24})?$/)
const repository = z.object({ full_name: z.string() })
const side = z.object({ sha, repo: repository.nullable() })
const number = z.number().int().positive()

const payloadSchema = z.object({
  repository: z.object({ full_name: z.string(), default_branch: z.string().optional() }).optional(),
  pull_request: z.object({ number, base: side, head: side }).nullish(),
  issue: z.object({ number, pull_request: z.unknown().optional() }).nullish(),
  workflow_run: z
    .object({
      event: z.string(),
      head_sha: sha,
      head_repository: repository.nullable(),
      pull_requests: z.array(z.object({ number, base: z.object({ sha }), head: z.object({ sha }) })),
    })
    .nullish(),
})
type Payload = z.infer<typeof payloadSchema>

export interface GithubEvent {
  readonly facts: EventFacts
  readonly source: RunSource
  readonly runUrl: string | null
  /** null: not a pull request, or none that the payload names */
  readonly pullRequest: PullRequest | null
}

/** @throws UserError EVENT_INVALID */
export async function readEvent(env: Environment, readFile: ReadFile): Promise<GithubEvent> {
  const name = env.GITHUB_EVENT_NAME ?? ''
  const payload = parsePayload(await payloadBytes(env.GITHUB_EVENT_PATH, readFile), name)
  const server = env.GITHUB_SERVER_URL
  const slug = env.GITHUB_REPOSITORY ?? ''
  return {
    facts: {
      isPullRequest: isPullRequest(name, payload),
      fromFork: fromFork(name, payload),
      defaultBranch: payload.repository?.default_branch ?? null,
      refProtected: env.GITHUB_REF_PROTECTED === 'true',
    },
    source: {
      repository: slug,
      // of a pull request this is the merge commit: what was checked out and judged
      sha: env.GITHUB_SHA ?? '',
      ref: env.GITHUB_REF ?? '',
      run_id: env.GITHUB_RUN_ID ?? '',
      run_attempt: env.GITHUB_RUN_ATTEMPT ?? '1',
      event: name,
    },
    runUrl: server && slug && env.GITHUB_RUN_ID ? `${server}/${slug}/actions/runs/${env.GITHUB_RUN_ID}` : null,
    pullRequest: pullRequestOf(payload),
  }
}

const invalid = (what: string, cause?: unknown) =>
  new UserError(
    'EVENT_INVALID',
    `the event payload of this run ${what}`,
    'GITHUB_EVENT_PATH is set by the runner: start modelgate in a step, or without GITHUB_ACTIONS on a laptop',
    { cause },
  )

async function payloadBytes(path: string | undefined, readFile: ReadFile): Promise<Uint8Array> {
  if (path === undefined || path === '') throw invalid('is missing: GITHUB_EVENT_PATH is not set')
  const shown = shorten(visible(path), 200)
  let bytes: Uint8Array | null
  try {
    bytes = await readFile(path, maxPayloadBytes)
  } catch (thrown) {
    throw thrown instanceof UserError ? invalid(`cannot be read: ${thrown.message}`, thrown) : thrown
  }
  if (bytes === null) throw invalid(`is missing: there is no file ${shown}`)
  if (bytes.length === 0) throw invalid(`is empty (${shown})`)
  return bytes
}

function parsePayload(bytes: Uint8Array, event: string): Payload {
  let json: unknown
  try {
    json = JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes))
  } catch (thrown) {
    throw invalid('is not JSON', thrown)
  }
  // other events carry a workflow run too, which did not start them
  const own = event !== 'workflow_run' && isMap(json) ? { ...json, workflow_run: null } : json
  const parsed = payloadSchema.safeParse(own)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  const where = issue?.path.map((part) => shorten(visible(String(part)), 40)).join('.')
  throw invalid(where ? `is not as GitHub writes it, at ${where}` : 'is not as GitHub writes it', parsed.error)
}

const isMap = (json: unknown): json is object => typeof json === 'object' && json !== null && !Array.isArray(json)

const pullRequestEvents = new Set(['pull_request', 'pull_request_target', 'pull_request_review', 'pull_request_review_comment'])

/** True for whatever a pull request started, however indirectly: what its author can influence is no promotion. */
const isPullRequest = (name: string, payload: Payload): boolean =>
  pullRequestEvents.has(name) ||
  !!payload.pull_request ||
  !!payload.issue?.pull_request ||
  pullRequestEvents.has(payload.workflow_run?.event ?? '')

/** A repository that is gone, or that the payload does not tell, counts as a fork. */
function fromFork(name: string, { pull_request, workflow_run, issue, repository: own }: Payload): boolean {
  if (pull_request) return pull_request.head.repo === null || pull_request.head.repo.full_name !== pull_request.base.repo?.full_name
  if (workflow_run) return workflow_run.head_repository === null || workflow_run.head_repository.full_name !== own?.full_name
  return pullRequestEvents.has(name) || !!issue?.pull_request
}

function pullRequestOf(payload: Payload): PullRequest | null {
  const { pull_request, workflow_run } = payload
  if (pull_request)
    return {
      number: pull_request.number,
      baseSha: pull_request.base.sha,
      headSha: pull_request.head.sha,
      fromFork: fromFork('pull_request', payload),
    }
  // GitHub lists here what it knows itself to belong to the run, which is none for forks: never a number from an artifact
  const [only, second] = workflow_run?.pull_requests ?? []
  if (only === undefined || second !== undefined) return null
  return { number: only.number, baseSha: only.base.sha, headSha: only.head.sha, fromFork: fromFork('workflow_run', payload) }
}
