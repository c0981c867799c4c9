/** What a CI server knows and shows beside the run: the pull request, its comments, artifacts. */

export interface PullRequest {
  readonly number: number
  readonly baseSha: string
  readonly headSha: string
  readonly fromFork: boolean
}

export interface Comment {
  readonly id: number
  readonly body: string
  readonly author: string
  readonly mine: boolean
}

export interface CommentThread {
  /** every page; failing to list throws, it is never "none" */
  list(): Promise<readonly Comment[]>
  /** sent once, never retried: the caller reconciles by listing */
  create(body: string): Promise<Comment>
  update(id: number, body: string): Promise<void>
  remove(id: number): Promise<void>
}

export interface ArtifactStore {
  upload(name: string, root: string, files: readonly string[]): Promise<void>
  /** downloads and unpacks the artifact of this run into an empty folder */
  download(name: string, folder: string): Promise<void>
}

/** What the event allows. */
export interface EventFacts {
  readonly isPullRequest: boolean
  readonly fromFork: boolean
  readonly defaultBranch: string | null
  readonly refProtected: boolean
}

export interface CiHost {
  readonly name: 'github' | 'local' | 'other'
  readonly event: EventFacts
  /** null outside a pull request */
  pullRequest(): Promise<PullRequest | null>
  comments(pull: number): CommentThread
  readonly artifacts: ArtifactStore | null
  /** link to the run, for reports */
  readonly runUrl: string | null
}
