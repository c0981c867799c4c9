/**
 * The comments of a pull request through the GitHub REST API. Which of them are ours is decided by their author's id, never by their text:
 * anybody can write our marker into a comment of their own.
 */
import { z } from 'zod'
import type { Comment, CommentThread } from '../../ports/ci-host.ts'
import { ask, read, repositoryPath } from './answers.ts'
import type { Rest } from './rest.ts'

const author = z.object({ id: z.number().int(), login: z.string(), type: z.string().optional() })
const commentAnswer = z.object({
  id: z.number().int(),
  body: z.string().nullish(),
  /** null: the account is gone */
  user: author.nullish(),
  performed_via_github_app: z.object({ slug: z.string().optional() }).nullish(),
})
type CommentAnswer = z.infer<typeof commentAnswer>

const needs = 'pull-requests: write'

/** Who we are: an account, or the app behind a workflow's own token, which may not ask. */
type Identity = { readonly kind: 'account'; readonly id: number } | { readonly kind: 'workflow' }

export function githubComments({
  rest,
  repository,
  pull,
}: {
  readonly rest: Rest
  readonly repository: string
  readonly pull: number
}): CommentThread {
  const root = repositoryPath(repository)
  const listPath = `${root}/issues/${pull}/comments`
  let identity: Promise<Identity> | null = null
  /** the author of what we created here is us, whatever kind of token this is */
  let created: number | null = null

  async function whoAmI(): Promise<Identity> {
    // installation tokens are answered 403 here; any other trouble is trouble, since not to know oneself is not to be nobody
    const call = { method: 'GET', path: '/user', allow: [403] } as const
    const answer = await rest.call(call)
    return answer.status === 403 ? { kind: 'workflow' } : { kind: 'account', id: read(author, answer, call).id }
  }

  const isMine = (comment: CommentAnswer, me: Identity): boolean => {
    const { user } = comment
    if (!user) return false
    if (user.id === created) return true
    if (me.kind === 'account') return user.id === me.id
    const app = comment.performed_via_github_app?.slug
    return user.login === 'github-actions[bot]' && (user.type ?? 'Bot') === 'Bot' && (app ?? 'github-actions') === 'github-actions'
  }

  const toComment = (comment: CommentAnswer, me: Identity): Comment => ({
    id: comment.id,
    body: comment.body ?? '',
    author: comment.user?.login ?? '',
    mine: isMine(comment, me),
  })

  return {
    async list() {
      identity ??= whoAmI()
      const me = await identity
      const items = await rest.pages({ path: listPath, needs: 'pull-requests: read' })
      return items.map((item) => toComment(read(commentAnswer, { data: item, status: 200 }, { method: 'GET', path: listPath }), me))
    },

    async create(body) {
      const answer = await ask(rest, commentAnswer, { method: 'POST', path: listPath, body: { body }, needs })
      created = answer.user?.id ?? null
      return { id: answer.id, body: answer.body ?? '', author: answer.user?.login ?? '', mine: true }
    },

    async update(id, body) {
      await rest.call({ method: 'PATCH', path: `${root}/issues/comments/${id}`, body: { body }, needs })
    },

    async remove(id) {
      // gone is gone, whoever was first
      await rest.call({ method: 'DELETE', path: `${root}/issues/comments/${id}`, allow: [404, 410], needs })
    },
  }
}
