/** What other CI servers say in their environment. A new server is one entry. */
import type { RunSource } from '../../core/schema/result.ts'
import type { EventFacts } from '../../ports/ci-host.ts'
import type { Environment } from '../github/event.ts'

export interface Server {
  readonly name: string
  readonly detects: (env: Environment) => boolean
  readonly source: (env: Environment) => RunSource
  readonly facts: (env: Environment) => EventFacts
  readonly runUrl: (env: Environment) => string | undefined
}

const branchOrTag = (branch: string | undefined, tag: string | undefined): string =>
  tag ? `refs/tags/${tag}` : branch ? `refs/heads/${branch.replace(/^(refs\/heads\/|origin\/)/, '')}` : ''

/** A repository's URL without what may be a credential. */
const slug = (url: string | undefined): string =>
  (url ?? '')
    .replace(/^[a-z+]+:\/\/([^/@]*@)?[^/]+\//i, '')
    .replace(/^[^@/]+@[^:]+:/, '')
    .replace(/\.git$/, '')

export const servers: readonly Server[] = [
  {
    name: 'gitlab',
    detects: (env) => env.GITLAB_CI === 'true',
    source: (env) => ({
      repository: env.CI_PROJECT_PATH ?? '',
      sha: env.CI_COMMIT_SHA ?? '',
      ref: branchOrTag(env.CI_COMMIT_BRANCH ?? env.CI_MERGE_REQUEST_SOURCE_BRANCH_NAME, env.CI_COMMIT_TAG),
      run_id: env.CI_PIPELINE_ID ?? '',
      run_attempt: '1',
      event: env.CI_PIPELINE_SOURCE ?? '',
    }),
    facts: (env) => ({
      isPullRequest:
        env.CI_MERGE_REQUEST_IID !== undefined ||
        env.CI_PIPELINE_SOURCE === 'merge_request_event' ||
        env.CI_PIPELINE_SOURCE === 'external_pull_request_event',
      fromFork: env.CI_MERGE_REQUEST_SOURCE_PROJECT_ID !== env.CI_MERGE_REQUEST_PROJECT_ID,
      defaultBranch: env.CI_DEFAULT_BRANCH ?? null,
      refProtected: env.CI_COMMIT_REF_PROTECTED === 'true',
    }),
    runUrl: (env) => env.CI_PIPELINE_URL,
  },
  {
    name: 'jenkins',
    detects: (env) => Boolean(env.JENKINS_URL && env.BUILD_ID),
    source: (env) => ({
      repository: slug(env.GIT_URL),
      sha: env.GIT_COMMIT ?? '',
      ref: branchOrTag(env.BRANCH_NAME ?? env.GIT_BRANCH, env.TAG_NAME),
      run_id: env.BUILD_TAG ?? env.BUILD_ID ?? '',
      run_attempt: '1',
      event: env.CHANGE_ID ? 'pull_request' : 'build',
    }),
    facts: (env) => ({
      isPullRequest: Boolean(env.CHANGE_ID),
      fromFork: Boolean(env.CHANGE_FORK),
      defaultBranch: env.BRANCH_IS_PRIMARY === 'true' ? (env.BRANCH_NAME ?? null) : null,
      refProtected: false,
    }),
    runUrl: (env) => env.BUILD_URL,
  },
  {
    name: 'circleci',
    detects: (env) => env.CIRCLECI === 'true',
    source: (env) => ({
      repository: [env.CIRCLE_PROJECT_USERNAME, env.CIRCLE_PROJECT_REPONAME].filter(Boolean).join('/'),
      sha: env.CIRCLE_SHA1 ?? '',
      ref: branchOrTag(env.CIRCLE_BRANCH, env.CIRCLE_TAG),
      run_id: env.CIRCLE_WORKFLOW_ID ?? '',
      run_attempt: '1',
      event: env.CIRCLE_PULL_REQUEST ? 'pull_request' : 'push',
    }),
    facts: (env) => ({
      isPullRequest: Boolean(env.CIRCLE_PULL_REQUEST),
      // set for pull requests of forks only
      fromFork: Boolean(env.CIRCLE_PR_NUMBER),
      defaultBranch: null,
      refProtected: false,
    }),
    runUrl: (env) => env.CIRCLE_BUILD_URL,
  },
  {
    name: 'codebuild',
    detects: (env) => Boolean(env.CODEBUILD_BUILD_ID),
    source: (env) => ({
      repository: slug(env.CODEBUILD_SOURCE_REPO_URL),
      sha: env.CODEBUILD_RESOLVED_SOURCE_VERSION ?? '',
      ref: env.CODEBUILD_WEBHOOK_HEAD_REF ?? '',
      run_id: env.CODEBUILD_BATCH_BUILD_IDENTIFIER ?? env.CODEBUILD_BUILD_ID ?? '',
      run_attempt: '1',
      event: env.CODEBUILD_WEBHOOK_EVENT ?? 'build',
    }),
    facts: (env) => ({
      isPullRequest:
        (env.CODEBUILD_WEBHOOK_TRIGGER ?? env.CODEBUILD_SOURCE_VERSION ?? '').startsWith('pr/') ||
        (env.CODEBUILD_WEBHOOK_EVENT ?? '').startsWith('PULL_REQUEST'),
      // it does not say, so it is not trusted
      fromFork: (env.CODEBUILD_WEBHOOK_EVENT ?? '').startsWith('PULL_REQUEST'),
      defaultBranch: null,
      refProtected: false,
    }),
    runUrl: (env) => env.CODEBUILD_PUBLIC_BUILD_URL ?? env.CODEBUILD_BUILD_URL,
  },
]
