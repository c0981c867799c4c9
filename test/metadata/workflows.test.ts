/** What every workflow in this repository and every snippet in its documents must hold. */
import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { z } from 'zod'
import { stageNames } from '../../src/core/schema/result.ts'
import { projectRoot } from '../support/spawn.ts'

const step = z.looseObject({ uses: z.string().optional(), run: z.string().optional(), with: z.record(z.string(), z.unknown()).optional() })
const job = z.looseObject({
  permissions: z.union([z.string(), z.record(z.string(), z.string())]).optional(),
  needs: z.union([z.string(), z.array(z.string())]).optional(),
  steps: z.array(step).optional(),
})
const workflow = z.looseObject({
  permissions: z.unknown().optional(),
  concurrency: z.unknown().optional(),
  jobs: z.record(z.string(), job),
})

const folder = join(projectRoot, '.github', 'workflows')
const committed = readdirSync(folder).map((file) => ({ name: `.github/workflows/${file}`, text: readFileSync(join(folder, file), 'utf8') }))

const documents = execFileSync('git', ['ls-files', '*.md'], { cwd: projectRoot, encoding: 'utf8' })
  .split('\n')
  .filter((file) => file && existsSync(join(projectRoot, file)))
const snippets = documents.flatMap((file) =>
  [...readFileSync(join(projectRoot, file), 'utf8').matchAll(/^```ya?ml\n([\s\S]*?)^```/gm)]
    .map((match, i) => ({ name: `${file}, snippet ${i + 1}`, text: match[1] ?? '' }))
    .filter(({ text }) => /^jobs:/m.test(text)),
)
const all = [...committed, ...snippets]

const jobsOf = (text: string) => Object.entries(workflow.parse(parse(text)).jobs)
const usesOf = (text: string) => jobsOf(text).flatMap(([, entry]) => (entry.steps ?? []).flatMap((entry) => entry.uses ?? []))

describe('SUP-02 workflows pin by full SHA and give permissions per job', () => {
  it('there are workflows to look at', () => {
    expect(committed.map(({ name }) => name).sort()).toEqual(['.github/workflows/ci.yml', '.github/workflows/self-test.yml'])
  })

  it.each(all)('$name pins every foreign action by commit', ({ text }) => {
    // our own action stands in documents as OWNER/modelgate@v1: the reader puts the owner and the commit in
    const foreign = usesOf(text).filter(
      (uses) => !uses.startsWith('./') && !uses.startsWith('$/') && !/^OWNER\/modelgate(\/[a-z]+)?@v1$/.test(uses),
    )
    expect(foreign.filter((uses) => !/^[\w.-]+\/[\w./-]+@[0-9a-f]{40}$/.test(uses))).toEqual([])
  })

  it.each(all)('$name gives each job its permissions, none of them write-all', ({ text }) => {
    for (const [name, entry] of jobsOf(text)) {
      expect(typeof entry.permissions, name).toBe('object')
    }
  })
})

describe('steps of ours in the documents', () => {
  const ours = /^OWNER\/modelgate(?:\/([a-z]+))?@v1$/
  const steps = documents.flatMap((file) =>
    [...readFileSync(join(projectRoot, file), 'utf8').matchAll(/^```ya?ml\n([\s\S]*?)^```/gm)]
      .map((match) =>
        z.looseObject({ jobs: z.record(z.string(), job).optional(), steps: z.array(step).optional() }).parse(parse(match[1] ?? '')),
      )
      .flatMap((snippet) => [...(snippet.steps ?? []), ...Object.values(snippet.jobs ?? {}).flatMap((entry) => entry.steps ?? [])])
      .flatMap(({ uses = '', with: given = {} }) => (ours.test(uses) ? [{ file, uses, given }] : [])),
  )

  it('show every action', () => {
    expect([...new Set(steps.map(({ uses }) => uses))].sort()).toEqual(
      ['OWNER/modelgate@v1', ...stageNames.map((stage) => `OWNER/modelgate/${stage}@v1`)].sort(),
    )
  })

  it.each(steps)('$uses in $file is given inputs that it has', ({ uses, given }) => {
    const folder = ours.exec(uses)?.[1] ?? '.'
    const { inputs } = z
      .looseObject({ inputs: z.record(z.string(), z.unknown()) })
      .parse(parse(readFileSync(join(projectRoot, folder, 'action.yml'), 'utf8')))
    expect(Object.keys(inputs)).toEqual(expect.arrayContaining(Object.keys(given)))
  })
})

describe('SUP-04 no text of an event is pasted into a script', () => {
  it.each(all)('$name', ({ text }) => {
    const scripts = jobsOf(text).flatMap(([, entry]) => (entry.steps ?? []).flatMap((entry) => entry.run ?? []))
    expect(scripts.filter((script) => script.includes('${{'))).toEqual([])
  })
})

describe('SUP-08 promotion restores no cache and is never cancelled by the next push', () => {
  it.each(all.filter(({ text }) => /promote: ['"]?true/.test(text) || /modelgate\/promote@/.test(text)))('$name', ({ text }) => {
    expect(text).not.toMatch(/actions\/cache/)
    expect(text).toMatch(/cancel-in-progress: false/)
  })
})

describe('self-test.yml', () => {
  it('waits for every job, so that none can be forgotten', () => {
    const jobs = Object.fromEntries(jobsOf(readFileSync(join(folder, 'self-test.yml'), 'utf8')))
    expect([jobs['self-test']?.needs].flat().sort()).toEqual(
      Object.keys(jobs)
        .filter((name) => name !== 'self-test')
        .sort(),
    )
  })
})

describe('SUP-05 nothing runs at install, and every package is pinned by hash', () => {
  const locks = ['package-lock.json', 'runtime/package-lock.json', 'test/e2e/package-lock.json']
  const lock = z.object({
    packages: z.record(
      z.string(),
      z.looseObject({ integrity: z.string().optional(), resolved: z.string().optional(), link: z.boolean().optional() }),
    ),
  })

  it.each(locks)('%s', (file) => {
    const { packages } = lock.parse(JSON.parse(readFileSync(join(projectRoot, file), 'utf8')))
    const entries = Object.entries(packages).filter(([name]) => name !== '')
    expect(entries.length).toBeGreaterThan(0)
    expect(entries.filter(([, entry]) => !/^sha512-/.test(entry.integrity ?? '')).map(([name]) => name)).toEqual([])
    expect(
      entries.filter(([, entry]) => entry.resolved !== undefined).map(([name]) => name),
      'no registry host',
    ).toEqual([])
  })

  it('.npmrc switches install scripts off', () => {
    expect(readFileSync(join(projectRoot, '.npmrc'), 'utf8')).toMatch(/^ignore-scripts=true$/m)
  })
})
