/**
 * Canaries as cells, labels, rare categories, group, time and id values, in sensitive columns and broken records: whatever the command does
 * with them, on the ways that pass, fail and err, nothing that it says or writes for others holds one.
 */
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { fnv64 } from '../../../src/core/profile/edges.ts'
import { commandLine } from '../../support/command-line.ts'
import { classifierWithZipMap } from '../../support/onnx-models.ts'
import { makeProject, type Project, type ProjectFiles, rows } from '../../support/project.ts'
import { projectRoot, runNode } from '../../support/spawn.ts'
import { runActionIn } from '../actions/support.ts'

const canary = 'kanarie7f3a'
/** numbers that stand nowhere else */
const rare = '25.4917'
const salary = '918273.645'

let project: Project | null = null
afterEach(() => project?.remove())

/** The rows of the base project, and columns of which single cells could be somebody's. */
function table(seed: number, count: number, spoil = false): string {
  const [head, ...lines] = rows(seed, count).trimEnd().split('\n')
  const more = lines.map((line, i) => {
    const one = i === 17 + seed
    const who = one ? `${canary}who` : `p${i % 40}`
    const city = one ? `${canary}city` : i % 3 === 0 ? 'Rome' : 'Oslo'
    const mail = `${canary}${i % 9}@example.org`
    const day = one ? `${canary}day` : `2026-01-${String(1 + (i % 28)).padStart(2, '0')}`
    return [line, who, city, mail, one ? rare : String(i % 50), one ? salary : String(50_000 + (i % 90)), day].join(',')
  })
  const broken = spoil ? `${canary},"${canary}\n` : ''
  return `${head},who,city,mail,number,salary,day\n${more.join('\n')}\n${broken}`
}

/** Its first row stands where names do. */
const headless = (text: string): string => text.slice(text.indexOf('\n') + 1)

const config = (expect: string, more = '') => `models:
  m:
    task: binary
    model: m.onnx
    data: {train: train.csv, test: test.csv, current: current.csv, target: late, positive: 1, id: id, features: [amount, kind], sensitive: [mail, salary]${more}}
    expect: ${expect}
    train: {builtin: baseline}
    evaluate: {metrics: {roc_auc: {min: 0.6}}}
`
const demanding = `{columns: {who: {in: [p1], matches: "^p", length: {max: 3}, unique: true, type: integer}, city: {in: [Rome], type: number, not_in: [Oslo]}, mail: {matches: "^x", unique: true, in: [x]}, number: {max: 60, unique: true}, salary: {max: 10, length: {max: 1}}, day: {type: date, matches: "^2026"}}, checks: [{check: row_expression, expression: "length(who) < 4"}, {check: row_expression, name: cities, expression: "city <> 'Rome' OR amount > 100"}]}`

interface Way {
  readonly name: string
  readonly files: ProjectFiles
  readonly args: readonly string[]
  readonly code: number
  /** so that it ended where it was meant to */
  readonly says?: string
}

const tables = { 'train.csv': table(1, 400), 'test.csv': table(2, 400), 'current.csv': table(3, 400) }
const ways: readonly Way[] = [
  { name: 'a run that passes', files: { ...tables, 'modelgate.yml': config('{}') }, args: ['run', '--format', 'markdown,junit'], code: 0 },
  {
    name: 'a run that fails',
    files: { ...tables, 'modelgate.yml': config(demanding) },
    args: ['run', '--json', '--format', 'markdown,junit'],
    code: 1,
  },
  {
    name: 'a file whose last record is broken',
    files: { ...tables, 'test.csv': table(2, 400, true), 'modelgate.yml': config('{}') },
    args: ['run', '--json'],
    code: 2,
  },
  {
    name: 'a feature that is text where the others are numbers',
    files: {
      ...tables,
      'test.csv': tables['test.csv'].replace(/^(2\d+),[\d.]+,/m, `$1,${canary}amount,`),
      'modelgate.yml': config('{}'),
    },
    args: ['run', '--json'],
    code: 2,
  },
  {
    name: 'files without a header, in the place of test data',
    files: { ...tables, 'test.csv': headless(table(2, 400)), 'modelgate.yml': config('{}') },
    args: ['run', '--json', '--format', 'markdown,junit'],
    code: 2,
    says: 'CSV_NO_HEADER',
  },
  {
    name: 'files without a header, in the place of current data',
    files: { ...tables, 'current.csv': headless(table(3, 400)), 'modelgate.yml': config('{}') },
    args: ['validate', '--json'],
    code: 2,
    says: 'CSV_NO_HEADER',
  },
  {
    name: 'a label that is in the test data alone',
    files: {
      ...tables,
      'test.csv': tables['test.csv'].replace(/^(2\d+,[\d.]+,\w+),[01],/m, `$1,${canary}label,`),
      'modelgate.yml': config('{}'),
    },
    args: ['run', '--json'],
    code: 2,
  },
  {
    name: 'SQL that fails on a value',
    files: {
      ...tables,
      'modelgate.yml': config(
        `{checks: [{check: row_expression, expression: "CAST(who AS INTEGER) > 3"}, {check: row_expression, name: mails, expression: "CAST(mail AS DATE) > CAST('2026-01-01' AS DATE)"}]}`,
      ),
    },
    args: ['validate', '--json'],
    code: 2,
  },
  {
    name: 'slices and groups that are called as somebody',
    files: {
      ...tables,
      'modelgate.yml': config('{}', ', group: who').replace(
        'evaluate: {metrics: {roc_auc: {min: 0.6}}}',
        `evaluate:
      metrics: {roc_auc: {min: 0.6}, accuracy: {max_drop: auto}}
      slices: {by: [city, mail], min_rows: 20, metrics: {accuracy: {min: 0.99, max_drop: 1pp}}}
      fairness: {by: [mail], metrics: {selection_rate: {max_difference: 1pp}}}`,
      ),
    },
    args: ['run', '--json', '--format', 'markdown,junit'],
    code: 1,
  },
  {
    name: 'two labels, one of them in a single row, and no word on which is the positive one',
    files: {
      ...tables,
      'test.csv': table(2, 400).replaceAll(
        /^(2\d+,[\d.]+,\w+),[01],/gm,
        (_, before: string) => `${before},${before.startsWith('200007,') ? `${canary}yes` : 'no'},`,
      ),
      'm.onnx': classifierWithZipMap({ width: 1, labels: [`${canary}yes`, 'no'], coefficients: [1, -1], intercepts: [0, 0] }),
      'modelgate.yml': config('{}')
        .replace(', positive: 1', '')
        .replace('[amount, kind]', '[amount]')
        .replace(/^.*builtin.*$/m, ''),
    },
    args: ['run', '--json'],
    code: 2,
    says: 'POSITIVE_UNKNOWN',
  },
  {
    name: 'a time column that is none',
    files: { ...tables, 'modelgate.yml': config('{}', ', time: day, group: who') },
    args: ['run', '--json'],
    code: 0,
  },
]

/** Files of the out folder but those that are documented to hold rows and stay on the machine. */
function written(folder: string): readonly (readonly [name: string, text: string])[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => statSync(join(folder, name)).isFile() && !name.endsWith('predictions.parquet') && !name.endsWith('.onnx'))
    .map((name) => [name, readFileSync(join(folder, name), 'latin1')] as const)
}

function demandNone(where: string, text: string): void {
  // a profile has the cell edges of numbers that are not sensitive, as docs/security.md says
  const secrets = where.endsWith('profile.json') ? [canary, salary, '918273'] : [canary, rare, salary, '918273']
  for (const secret of secrets) expect(text.includes(secret), `${secret} in ${where}`).toBe(false)
}

describe('PII-01 and PII-02 and PII-03 and PII-04 no canary leaves the command line', () => {
  it.each(ways)('$name', { timeout: 60_000 }, async ({ files, args, code, says = '' }) => {
    project = makeProject(files)
    const run = await runNode([commandLine(), ...args], {
      cwd: project.folder,
      env: { MODELGATE_RUNTIME_DIR: projectRoot },
    })
    expect(run.code, run.stderr).toBe(code)
    expect(run.stderr).toContain(says)
    demandNone('stdout', run.stdout)
    demandNone('stderr', run.stderr)
    const made = written(join(project.folder, '.modelgate'))
    expect(made.map(([name]) => name)).toContain(join('m', 'validate.json'))
    for (const [name, text] of made) demandNone(name, text)
  })
})

describe('a first config', () => {
  it('is not made of a file without a header', { timeout: 60_000 }, async () => {
    project = makeProject({ 'train.csv': headless(table(1, 400)), 'test.csv': headless(table(2, 400)) })
    const run = await runNode([commandLine(), 'init', 'train.csv', 'test.csv', '--config', 'first.yml'], {
      cwd: project.folder,
      env: { MODELGATE_RUNTIME_DIR: projectRoot },
    })
    expect([run.code, run.stderr]).toEqual([2, expect.stringContaining('CSV_NO_HEADER: train.csv:1: the first line looks like a row')])
    demandNone('output', run.stdout + run.stderr)
    expect(readdirSync(project.folder)).not.toContain('first.yml')
  })
})

describe('PII-05 a label is no hash that somebody could look up', () => {
  const answers = [`${canary}yes`, `${canary}no`]
  const hashesOf = (label: string): readonly string[] => [
    ...['md5', 'sha1', 'sha256', 'sha512'].flatMap((kind) => {
      const bytes = createHash(kind).update(label).digest()
      return [bytes.toString('hex').slice(0, 12), bytes.toString('base64').slice(0, 12)]
    }),
    fnv64(label),
  ]

  it('a column of two known values: its parts are called by their place', { timeout: 60_000 }, async () => {
    const withAnswer = (text: string) =>
      text
        .trimEnd()
        .split('\n')
        .map((line, i) => `${line},${i === 0 ? 'answer' : answers[i % 2]}`)
        .join('\n')
    const more = `evaluate:
      metrics: {roc_auc: {min: 0.6}}
      slices: {by: [answer], min_rows: 50, metrics: {accuracy: {min: 0.999}}}
      fairness: {by: [answer], metrics: {selection_rate: {max_difference: 90pp}}}`
    const yml = config('{columns: {answer: {in: [x], unique: true}}}').replace('evaluate: {metrics: {roc_auc: {min: 0.6}}}', more)
    project = makeProject({
      ...Object.fromEntries(Object.entries(tables).map(([name, text]) => [name, withAnswer(text)])),
      'modelgate.yml': yml.replace('sensitive: [', 'sensitive: [answer, '),
    })
    const run = await runNode([commandLine(), 'run', '--json'], {
      cwd: project.folder,
      env: { MODELGATE_RUNTIME_DIR: projectRoot },
    })
    expect(run.code, run.stderr).toBe(1)
    expect(run.stdout).toContain(String.raw`evaluate.slice_min:accuracy:answer\u00231`)
    const sinks = [['stdout', run.stdout], ['stderr', run.stderr], ...written(join(project.folder, '.modelgate'))] as const
    for (const secret of [...answers, ...answers.flatMap(hashesOf)])
      for (const [where, text] of sinks) expect(text.toLowerCase().includes(secret.toLowerCase()), `${secret} in ${where}`).toBe(false)
  })
})

describe('PII-01 no canary leaves an action: log, annotations, outputs, summary', () => {
  it.each(['a run that passes', 'a run that fails', 'a file whose last record is broken', 'SQL that fails on a value'])(
    '%s',
    async (name) => {
      const way = ways.find((one) => one.name === name)
      if (way === undefined) throw new Error(name)
      project = makeProject(way.files)
      const run = await runActionIn(project.folder, 'validate')
      expect(run.code).toBe(way.code)
      for (const [where, text] of Object.entries({ ...run, outputs: JSON.stringify(run.outputs) })) demandNone(where, String(text))
    },
  )
})
