/** What the documents say is so: generated tables are current, configs parse, links resolve, every stage, key and requirement is there. */
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { describe, expect, it } from 'vitest'
import { generatedPages, requirements } from '../../scripts/docs-tables.ts'
import { verbs } from '../../src/cli/verbs.ts'
import { configFile } from '../../src/core/schema/config-file.ts'
import { parseConfig } from '../../src/core/schema/parse-config.ts'
import { stageNames } from '../../src/core/schema/result.ts'
import { projectRoot } from '../support/spawn.ts'

const read = (path: string) => readFileSync(join(projectRoot, path), 'utf8')
const tracked = execFileSync('git', ['ls-files'], { cwd: projectRoot, encoding: 'utf8' }).split('\n').filter(Boolean)
const pages = readdirSync(join(projectRoot, 'docs'))
  .filter((file) => file.endsWith('.md'))
  .map((file) => `docs/${file}`)
const documents = [...new Set([...tracked.filter((file) => file.endsWith('.md') && existsSync(join(projectRoot, file))), ...pages])].sort()

/** Text outside fences and indented blocks. */
const prose = (text: string) =>
  text
    .replace(/^```[\s\S]*?^```/gm, '')
    .split('\n')
    .filter((line) => !line.startsWith('    '))
    .join('\n')

describe('tables that the code makes', () => {
  it('are current', () => {
    for (const [path, content] of generatedPages()) expect(read(path), `${path}: run node scripts/docs-tables.ts`).toBe(content)
  })

  it('stand on the page they belong to', () => {
    const marks = pages.flatMap((path) => [...read(path).matchAll(/<!-- ([a-z-]+):begin -->/g)].map((match) => `${path} ${match[1]}`))
    expect(marks).toEqual(
      expect.arrayContaining([
        'docs/validate.md checks',
        'docs/config.md metrics',
        'docs/config.md unavailable',
        'docs/drift.md drift-findings',
        'docs/security.md requirements',
        ...Object.keys(verbs).map((verb) => `docs/${verb === 'run' ? 'README' : verb}.md cli-${verb}`),
      ]),
    )
  })
})

describe('requirements of security', () => {
  const numbered = (kind: string, count: number) => Array.from({ length: count }, (_, i) => `${kind}-${String(i + 1).padStart(2, '0')}`)
  const wanted = [
    ...['CMD-01', 'CMD-03', 'CMD-05', 'EVT-07', 'EVT-09', 'EVT-10', 'EVT-11', 'RPT-01', 'RPT-02', 'RPT-06', 'RPT-08'],
    ...numbered('PII', 6),
    ...numbered('DAT', 13),
    ...numbered('GATE', 9),
    ...[
      'EVT-05',
      'EVT-06',
      'MDL-01',
      'MDL-07',
      'MDL-08',
      'NET-01',
      'CMT-01',
      'CMT-05',
      'CMT-06',
      'CMT-07',
      'PRO-01',
      'PRO-03',
      'PRO-05',
      'CAN-01',
    ],
    ...['SUP-05', 'SUP-06', 'SUP-09', 'SUP-10'],
  ]

  it.each(wanted)('%s has a test that names it', (id) => {
    expect(requirements().get(id)?.length ?? 0).toBeGreaterThan(0)
  })

  it('SUP-01 dist is reproducible: the step of CI that the page says is there', () => {
    expect(read('docs/security.md')).toMatch(/SUP-01[^\n]*\n?[^\n]*\.ci\/run/)
    expect(read('.ci/run')).toMatch(/^step dist dist_witness$/m)
  })
})

describe('examples of modelgate.yml parse', () => {
  const configs = documents.flatMap((file) =>
    [...read(file).matchAll(/^```ya?ml\n([\s\S]*?)^```/gm)]
      .map((match, i) => ({ name: `${file}, snippet ${i + 1}`, text: match[1] ?? '' }))
      .filter(({ text }) => /^models:/m.test(text)),
  )

  it('there are some', () => {
    expect(configs.length).toBeGreaterThan(8)
  })

  it.each(configs)('$name', ({ text }) => {
    const config = parseConfig(text, 'modelgate.yml', (content) => createHash('sha256').update(content).digest('hex'))
    expect(config.models.length).toBeGreaterThan(0)
  })
})

describe('links', () => {
  /** As GitHub makes an anchor of a heading. */
  const anchorsOf = (path: string) =>
    prose(read(path))
      .split('\n')
      .flatMap((line) => /^#{1,6} (.*)$/.exec(line)?.[1] ?? [])
      .map((heading) =>
        heading
          .toLowerCase()
          .replace(/[^\p{L}\p{N} _-]/gu, '')
          .replaceAll(' ', '-'),
      )

  it.each(documents)('of %s resolve', (file) => {
    const broken = [...prose(read(file)).matchAll(/\]\(([^)\s]+)\)/g)].flatMap(([, target = '']) => {
      if (/^(https?:|mailto:)/.test(target)) return []
      const [path = '', anchor] = target.split('#')
      const to = path === '' ? file : normalize(join(dirname(file), path)).replaceAll('\\', '/')
      if (!existsSync(join(projectRoot, to))) return [target]
      return anchor === undefined || anchorsOf(to).includes(anchor) ? [] : [target]
    })
    expect(broken).toEqual([])
  })
})

describe('tables', () => {
  it.each(documents)('of %s have as many cells in every row', (file) => {
    const cells = (line: string) => line.replaceAll('\\|', '').split('|').length
    const lines = prose(read(file)).split('\n')
    const torn = lines.filter(
      (line, i) => line.startsWith('|') && (lines[i - 1] ?? '').startsWith('|') && cells(line) !== cells(lines[i - 1] ?? ''),
    )
    expect(torn).toEqual([])
  })
})

describe('nothing is left out', () => {
  it.each(stageNames)('%s has a page, and the index links to it', (stage) => {
    const page = read(`docs/${stage}.md`)
    expect(page).toMatch(new RegExp(`^# ${stage}\n`))
    for (const heading of ['## Use', '## Checks', '## Error codes', '## Limits']) expect(page, heading).toContain(`\n${heading}\n`)
    expect(read('docs/README.md')).toContain(`(${stage}.md)`)
  })

  it('every key of the config is on the page of the config, or, being of a check, on the page that has the table of checks', () => {
    const page = `${read('docs/config.md')}\n${read('docs/validate.md')}`
    const keys = keysOf(configFile.toJSONSchema({ io: 'input' }))
    expect(keys.size).toBeGreaterThan(50)
    expect([...keys].filter((key) => !new RegExp(`(^|[^\\w])${key}([^\\w]|$)`, 'm').test(page))).toEqual([])
  })

  it('every error code that a page names is one of the code', () => {
    const source = tracked
      .filter((file) => file.startsWith('src/') && file.endsWith('.ts') && existsSync(join(projectRoot, file)))
      .map(read)
      .join('\n')
    const named = new Set(
      pages.flatMap((path) => [...prose(read(path)).matchAll(/`([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)`/g)].map((match) => match[1] ?? '')),
    )
    const unknown = [...named].filter((code) => !source.includes(code.replace(/^(PROMOTE|ROLLBACK)_(?=PULL_REQUEST|FORK|REF_)/, '')))
    expect(unknown).toEqual([])
  })
})

/** Names of all properties, at any depth. A property may itself be called `properties`: names and schemas are told apart. */
function keysOf(schema: unknown): ReadonlySet<string> {
  if (typeof schema !== 'object' || schema === null) return new Set()
  const { properties = {}, ...rest } = schema as { readonly properties?: object }
  return new Set([
    ...Object.keys(properties),
    ...[...Object.values(properties), ...Object.values(rest)].flatMap((inner) => [...keysOf(inner)]),
  ])
}
