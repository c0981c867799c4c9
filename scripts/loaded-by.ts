/** Which files of a bundle an action loads. The build keeps it within its budget with this, and a test asks it of the committed one. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')

/**
 * The files `comment` really loads: asked of a run on a pull request that goes as far as asking GitHub (a closed port of this machine),
 * not guessed.
 */
export function loadedBy(out: string, name: string): string[] {
  const project = mkdtempSync(join(tmpdir(), 'modelgate-build-'))
  try {
    writeFileSync(join(project, 'modelgate.yml'), 'models:\n  m: {model: m.onnx}\n')
    const repository = { full_name: 'acme/m', default_branch: 'main' }
    const side = (sha: string) => ({ sha: sha.repeat(40), ref: 'main', repo: repository })
    writeFileSync(
      join(project, 'event.json'),
      JSON.stringify({ number: 1, repository, pull_request: { number: 1, head: side('b'), base: side('a') } }),
    )
    const done = spawnSync(process.execPath, ['--import', join(root, 'scripts', 'loaded-files.mjs'), join(out, `${name}.js`)], {
      cwd: project,
      env: {
        PATH: process.env.PATH,
        MODELGATE_LOADED_BELOW: out,
        GITHUB_ACTIONS: 'true',
        GITHUB_EVENT_NAME: 'pull_request',
        GITHUB_EVENT_PATH: join(project, 'event.json'),
        GITHUB_REPOSITORY: 'acme/m',
        GITHUB_SHA: 'b'.repeat(40),
        GITHUB_REF: 'refs/pull/1/merge',
        GITHUB_RUN_ID: '1',
        GITHUB_RUN_ATTEMPT: '1',
        GITHUB_API_URL: 'http://127.0.0.1:9',
        GITHUB_OUTPUT: join(project, 'output'),
        'INPUT_GITHUB-TOKEN': 'none',
      },
      encoding: 'utf8',
    })
    const line = done.stderr.split('\n').find((text) => text.startsWith('LOADED '))
    if (!line) throw new Error(`${name} did not say what it loads: ${done.stdout}${done.stderr}`)
    return JSON.parse(line.slice('LOADED '.length))
  } finally {
    rmSync(project, { recursive: true, force: true })
  }
}
