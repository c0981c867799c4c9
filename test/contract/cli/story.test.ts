/** The story of `npm start`, as far as the README shows it: what it quotes is what a reader of a terminal and of a comment gets. */
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { commandLine } from '../../support/command-line.ts'
import { type Finished, projectRoot, runNode } from '../../support/spawn.ts'

const readme = readFileSync(join(projectRoot, 'README.md'), 'utf8')

let folder: string
let first: Finished
let worse: Finished
let comment: string

const pages = [
  { page: 'validate', config: 'story-1-impossible-delays.yml', begins: 'What a broken contract looks like:' },
  { page: 'evaluate', config: 'story-4-worse-candidate.yml', begins: 'A worse candidate:' },
] as const
const told = new Map<string, Finished>()

const modelgate = (...args: string[]): Promise<Finished> =>
  runNode([commandLine(), ...args, '--out', 'out'], { cwd: folder, env: { MODELGATE_RUNTIME_DIR: projectRoot } })
const step = (config: string, ...more: string[]): Promise<Finished> => modelgate('run', '--config', config, ...more)

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'modelgate-story-'))
  const flights = join(projectRoot, 'examples', 'flights')
  const made = new Set(['ledger.git', 'models', '.modelgate'].map((name) => join(flights, name)))
  cpSync(flights, folder, { recursive: true, filter: (path) => !made.has(path) })
  first = await step('story-2-first-model.yml', '--promote')
  await step('story-3-better-candidate.yml', '--promote')
  worse = await step('story-4-worse-candidate.yml')
  comment = readFileSync(join(folder, 'out', 'report.md'), 'utf8')
  for (const { page, config } of pages) told.set(page, await modelgate(page, '--config', config))
}, 240_000)
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** Lines of `some` that `all` does not have, in this order. */
function notThere(some: readonly string[], all: readonly string[]): readonly string[] {
  let from = 0
  return some.filter((line) => {
    const at = all.indexOf(line, from)
    if (at >= 0) from = at + 1
    return at < 0
  })
}
const lines = (text: string): readonly string[] =>
  text
    .split('\n')
    .map((line) => line.trimEnd())
    .filter((line) => line !== '')

describe('the README', () => {
  it('shows of a first run lines that it has', () => {
    expect(first.code).toBe(0)
    const [, shown = ''] = /```text\n(WARN[^`]*)```/.exec(readme) ?? []
    expect(lines(shown).length).toBeGreaterThan(4)
    expect(notThere(lines(shown), lines(first.stderr))).toEqual([])
  })

  it('begins with the comment on a worse model, as far as it goes', () => {
    expect(worse.code).toBe(1)
    const asRead = comment
      .replace(/^## (.) (.*)$/mu, '$1 **$2**')
      .replace(/<\/?code>/g, '`')
      .replaceAll('\\_', '_')
      .replaceAll('&lt;', '<')
    const quoted = readme.split('\n').flatMap((line) => (line.startsWith('>') ? [line.replace(/^> ?/, '')] : []))
    expect(lines(quoted.join('\n')).length).toBeGreaterThan(8)
    expect(lines(asRead).slice(0, lines(quoted.join('\n')).length)).toEqual(lines(quoted.join('\n')))
  })
})

describe('the page of a stage', () => {
  it.each(pages)('$page shows what the stage says', ({ page, begins }) => {
    const text = readFileSync(join(projectRoot, 'docs', `${page}.md`), 'utf8')
    const [, example = ''] = text.slice(text.indexOf(begins) + begins.length).split(/\n\n/)
    expect(lines(example).length).toBeGreaterThan(1)
    expect(notThere(lines(example), lines(told.get(page)?.stderr ?? ''))).toEqual([])
  })
})

describe('a run on a terminal that is none', () => {
  it('tells what it found once, and ends with the verdict and the reports', () => {
    expect(worse.stderr.split('roc_auc fell by 6.8 pp').length - 1).toBe(1)
    expect(lines(worse.stderr).at(-1)).toBe('FAIL  flights fails: out/report.html, out/report.md')
    expect(worse.stderr).not.toContain('\u001b')
  })
})
