import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { detectHost } from '../../../src/adapters/ci/detect-host.ts'
import { createFiles } from '../../../src/adapters/fs/files.ts'
import { createArtifactStore } from '../../../src/adapters/github/artifacts.ts'
import { whyNotWrite } from '../../../src/stages/may-write.ts'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'modelgate-ci-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const files = createFiles()
const sha = (digit: string) => digit.repeat(40)

const detect = (env: Record<string, string>) =>
  detectHost({
    env: { PATH: process.env.PATH, ...env },
    readFile: files.read,
    folder,
    signal: new AbortController().signal,
    comments: () => {
      throw new Error('not asked for')
    },
    artifacts: createArtifactStore,
  })

const onGithub = (payload: unknown, env: Record<string, string> = {}) => {
  const path = join(folder, 'event.json')
  writeFileSync(path, typeof payload === 'string' || payload instanceof Uint8Array ? payload : JSON.stringify(payload))
  return detect({
    GITHUB_ACTIONS: 'true',
    GITHUB_EVENT_PATH: path,
    GITHUB_EVENT_NAME: 'pull_request',
    GITHUB_REPOSITORY: 'o/r',
    GITHUB_SHA: sha('f'),
    GITHUB_REF: 'refs/pull/7/merge',
    GITHUB_RUN_ID: '99',
    GITHUB_RUN_ATTEMPT: '2',
    GITHUB_SERVER_URL: 'https://github.com',
    ...env,
  })
}

const repository = { full_name: 'o/r', default_branch: 'trunk' }
const pull = (head: unknown) => ({
  repository,
  pull_request: { number: 7, base: { sha: sha('b'), repo: { full_name: 'o/r' } }, head: { sha: sha('a'), repo: head } },
})

describe('a GitHub run', () => {
  it('of a pull request: the merge commit is the source, head and base are told beside it', async () => {
    const { host, source } = await onGithub(pull({ full_name: 'o/r' }))
    expect(source).toEqual({
      repository: 'o/r',
      sha: sha('f'),
      ref: 'refs/pull/7/merge',
      run_id: '99',
      run_attempt: '2',
      event: 'pull_request',
    })
    expect(host.event).toEqual({ isPullRequest: true, fromFork: false, defaultBranch: 'trunk', refProtected: false })
    expect(await host.pullRequest()).toEqual({ number: 7, baseSha: sha('b'), headSha: sha('a'), fromFork: false })
    expect(host.runUrl).toBe('https://github.com/o/r/actions/runs/99')
    expect(host.artifacts).toBeNull()
  })

  it.each([
    ['another repository', { full_name: 'mallory/r' }],
    ['a repository that is gone', null],
  ])('a head in %s is a fork', async (_, head) => {
    const { host } = await onGithub(pull(head), { GITHUB_EVENT_NAME: 'pull_request_target' })
    expect(host.event).toMatchObject({ isPullRequest: true, fromFork: true })
  })

  it('of a push to a protected branch is no pull request', async () => {
    const { host } = await onGithub(
      { repository },
      { GITHUB_EVENT_NAME: 'push', GITHUB_REF: 'refs/heads/trunk', GITHUB_REF_PROTECTED: 'true' },
    )
    expect(host.event).toEqual({ isPullRequest: false, fromFork: false, defaultBranch: 'trunk', refProtected: true })
    expect(await host.pullRequest()).toBeNull()
  })

  it('EVT-03 of a workflow_run: the number is GitHub’s own, and a fork’s run is a fork’s', async () => {
    const run = (head: string | null, pulls: unknown[]) => ({
      repository,
      workflow_run: {
        event: 'pull_request',
        head_sha: sha('a'),
        head_repository: head === null ? null : { full_name: head },
        pull_requests: pulls,
      },
    })
    const own = await onGithub(run('o/r', [{ number: 7, base: { sha: sha('b') }, head: { sha: sha('a') } }]), {
      GITHUB_EVENT_NAME: 'workflow_run',
    })
    expect(own.host.event).toMatchObject({ isPullRequest: true, fromFork: false })
    expect(await own.host.pullRequest()).toMatchObject({ number: 7, fromFork: false })
    const fork = await onGithub(run('mallory/r', []), { GITHUB_EVENT_NAME: 'workflow_run' })
    expect(fork.host.event).toMatchObject({ isPullRequest: true, fromFork: true })
    expect(await fork.host.pullRequest()).toBeNull()
    const push = await onGithub(
      { repository, workflow_run: { ...run('o/r', []).workflow_run, event: 'push' } },
      { GITHUB_EVENT_NAME: 'workflow_run' },
    )
    expect(push.host.event.isPullRequest).toBe(false)
    const other = await onGithub({ repository, workflow_run: { id: 3 } }, { GITHUB_EVENT_NAME: 'deployment_status' })
    expect(other.host.event.isPullRequest).toBe(false)
  })

  it('EVT-07 a comment on a pull request counts as one, and not as trusted', async () => {
    const { host } = await onGithub({ repository, issue: { number: 7, pull_request: {} } }, { GITHUB_EVENT_NAME: 'issue_comment' })
    expect(host.event).toMatchObject({ isPullRequest: true, fromFork: true })
    const plain = await onGithub({ repository, issue: { number: 7 } }, { GITHUB_EVENT_NAME: 'issue_comment' })
    expect(plain.host.event.isPullRequest).toBe(false)
  })

  it('has artifacts where the runner gives its token', async () => {
    expect((await onGithub({}, { ACTIONS_RUNTIME_TOKEN: 't' })).host.artifacts).not.toBeNull()
  })
})

describe('EVT-08 a missing or hostile payload is one clear error', () => {
  it.each([
    ['an empty file', ''],
    ['a list', '[]'],
    ['a byte-order mark', '\uFEFF{}'],
    ['half of it', '{"pull_request": {'],
    ['bytes that are no text', new Uint8Array([0xff, 0xfe, 0x00])],
    ['depth', '['.repeat(100_000)],
    [
      'words for numbers',
      { pull_request: { number: '7; rm -rf /', base: { sha: sha('b'), repo: null }, head: { sha: sha('a'), repo: null } } },
    ],
    [
      'a sha that is none',
      { pull_request: { number: 7, base: { sha: '--upload-pack', repo: null }, head: { sha: sha('a'), repo: null } } },
    ],
  ])('%s', async (_, payload) => {
    await expect(onGithub(payload)).rejects.toMatchObject({ name: 'UserError', code: 'EVENT_INVALID' })
  })

  it('no path, no file, a folder, a file of 200 MB', async () => {
    await expect(onGithub({}, { GITHUB_EVENT_PATH: '' })).rejects.toMatchObject({ code: 'EVENT_INVALID' })
    await expect(onGithub({}, { GITHUB_EVENT_PATH: join(folder, 'none') })).rejects.toMatchObject({ code: 'EVENT_INVALID' })
    await expect(onGithub({}, { GITHUB_EVENT_PATH: folder })).rejects.toMatchObject({ code: 'EVENT_INVALID' })
    execFileSync('truncate', ['-s', '200M', join(folder, 'big')])
    await expect(onGithub({}, { GITHUB_EVENT_PATH: join(folder, 'big') })).rejects.toMatchObject({ code: 'EVENT_INVALID' })
  })

  it('a payload cannot reach a prototype', async () => {
    await onGithub('{"__proto__": {"polluted": true}, "repository": {"full_name": "o/r", "__proto__": {"polluted": true}}}')
    expect(Reflect.get({}, 'polluted')).toBeUndefined()
  })
})

describe('other servers say the same in their own words', () => {
  it('GitLab', async () => {
    const { host, source } = await detect({
      GITLAB_CI: 'true',
      CI_PROJECT_PATH: 'g/p',
      CI_COMMIT_SHA: sha('c'),
      CI_MERGE_REQUEST_IID: '3',
      CI_MERGE_REQUEST_SOURCE_BRANCH_NAME: 'topic',
      CI_MERGE_REQUEST_SOURCE_PROJECT_ID: '2',
      CI_MERGE_REQUEST_PROJECT_ID: '1',
      CI_PIPELINE_SOURCE: 'merge_request_event',
      CI_PIPELINE_ID: '55',
      CI_DEFAULT_BRANCH: 'main',
      CI_COMMIT_REF_PROTECTED: 'false',
    })
    expect(source).toEqual({
      repository: 'g/p',
      sha: sha('c'),
      ref: 'refs/heads/topic',
      run_id: '55',
      run_attempt: '1',
      event: 'merge_request_event',
    })
    expect([host.name, host.event]).toEqual(['other', { isPullRequest: true, fromFork: true, defaultBranch: 'main', refProtected: false }])
  })

  it('Jenkins, without the credential in its URL', async () => {
    const { host, source } = await detect({
      JENKINS_URL: 'http://j',
      BUILD_ID: '4',
      BUILD_TAG: 'jenkins-x-4',
      GIT_URL: 'https://user:secret@git.example.org/g/p.git',
      GIT_COMMIT: sha('d'),
      GIT_BRANCH: 'origin/main',
    })
    expect(source).toMatchObject({ repository: 'g/p', sha: sha('d'), ref: 'refs/heads/main', run_id: 'jenkins-x-4' })
    expect(host.event.isPullRequest).toBe(false)
  })

  it('CircleCI', async () => {
    const { host, source } = await detect({
      CIRCLECI: 'true',
      CIRCLE_PROJECT_USERNAME: 'g',
      CIRCLE_PROJECT_REPONAME: 'p',
      CIRCLE_SHA1: sha('e'),
      CIRCLE_BRANCH: 'pull/3',
      CIRCLE_PULL_REQUEST: 'https://x/3',
      CIRCLE_PR_NUMBER: '3',
      CIRCLE_WORKFLOW_ID: 'w',
    })
    expect(source).toMatchObject({ repository: 'g/p', ref: 'refs/heads/pull/3', run_id: 'w', event: 'pull_request' })
    expect(host.event).toMatchObject({ isPullRequest: true, fromFork: true })
  })

  it('CodeBuild', async () => {
    const { host, source } = await detect({
      CODEBUILD_BUILD_ID: 'p:1',
      CODEBUILD_SOURCE_REPO_URL: 'git@github.com:g/p.git',
      CODEBUILD_RESOLVED_SOURCE_VERSION: sha('1'),
      CODEBUILD_WEBHOOK_EVENT: 'PULL_REQUEST_UPDATED',
    })
    expect(source).toMatchObject({ repository: 'g/p', sha: sha('1'), run_id: 'p:1' })
    expect(host.event).toMatchObject({ isPullRequest: true, fromFork: true })
  })
})

describe('a server that is not known', () => {
  it.each([{ CI: 'true' }, { CI: '1' }, { TF_BUILD: 'True' }])('EVT-07 is no laptop: what it builds may not promote (%o)', async (env) => {
    const { host, source } = await detect(env)
    expect(host).toMatchObject({ name: 'other', event: { defaultBranch: null, refProtected: false } })
    expect(whyNotWrite({ host, source })?.code).toBe('REF_UNPROTECTED')
  })

  it('CI=false is a laptop', async () => {
    expect((await detect({ CI: 'false' })).host.name).toBe('local')
  })
})

describe('a laptop', () => {
  it('has the commit and the branch of git', async () => {
    const git = (...args: string[]) =>
      execFileSync('git', ['-C', folder, '-c', 'user.name=t', '-c', 'user.email=t@example.org', ...args], { encoding: 'utf8' }).trim()
    git('init', '-q', '-b', 'topic')
    git('commit', '-q', '--allow-empty', '-m', 'x')
    const { host, source } = await detect({})
    expect(source).toEqual({
      repository: '',
      sha: git('rev-parse', 'HEAD'),
      ref: 'refs/heads/topic',
      run_id: 'local',
      run_attempt: '1',
      event: 'local',
    })
    expect(host.name).toBe('local')
    git('checkout', '-q', '--detach')
    expect((await detect({})).source).toMatchObject({ sha: source.sha, ref: '' })
    git('checkout', '-q', '--orphan', 'unborn')
    expect((await detect({})).source).toMatchObject({ sha: '', ref: 'refs/heads/unborn' })
  })

  it('has none outside a repository, and that is no error', async () => {
    expect((await detect({})).source).toMatchObject({ sha: '', ref: '', run_id: 'local' })
  })
})
