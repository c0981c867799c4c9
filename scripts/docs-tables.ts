/**
 * Tables of docs/ that would say again what the code says: checks, metrics, drift findings, options of the command line, keys that are not
 * built, and which test proves which requirement. Each fills the region of its name, `<!-- checks:begin -->` to `<!-- checks:end -->`.
 *
 *     node scripts/docs-tables.ts [--check]
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import { options, verbs } from '../src/cli/verbs.ts'
import { checkTable } from '../src/core/checks/table.ts'
import { questions } from '../src/core/drift/findings.ts'
import { driftMetricTable } from '../src/core/drift/metric-table.ts'
import { tableQuestions } from '../src/core/drift/table-checks.ts'
import { certainty, families, shiftDefaults } from '../src/core/drift/thresholds.ts'
import { measures, measureTasks } from '../src/core/evaluate/fairness-measures.ts'
import { readers } from '../src/core/foreign/table.ts'
import { common } from '../src/core/metrics/params.ts'
import { metrics, metricTasks } from '../src/core/metrics/table.ts'
import { jsOfShift, newMassOf } from '../src/core/report/drift-scale.ts'
import { configFile } from '../src/core/schema/config-file.ts'
import { metricNames } from '../src/core/schema/metric-facts.ts'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')

const cell = (text: string) => text.replaceAll('|', '\\|')
const code = (text: string) => `\`${text}\``
const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows].map((row) => `| ${row.map(cell).join(' | ')} |`).join('\n')

const scans = { none: 'none', shared: 'shared', own: 'one of its own' } as const

const checks = () =>
  table(
    [
      'check',
      'of',
      'what holds when it passes',
      'written, for example',
      'parameters',
      '`mostly`',
      'scan of the data',
      'elsewhere called',
      'what to do when it fails',
    ],
    checkTable.map((entry) => [
      [code(entry.name), ...entry.also.map((name) => `or ${code(name)}`)].join(' '),
      entry.on,
      `${entry.summary}${entry.needs === null ? '' : `. Needs ${entry.needs}`}`,
      entry.name === 'exists' ? 'list the column' : code(`${entry.name}: ${entry.example}`),
      Object.keys(entry.shape).map(code).join(', '),
      entry.takesMostly ? 'yes' : '',
      entry.mayShare ? `${scans.shared} or ${scans.own}` : scans[entry.scan],
      entry.elsewhere.join('; '),
      entry.fix,
    ]),
  )

const bound = (value: number) => (Number.isFinite(value) ? String(value) : value > 0 ? '∞' : '−∞')

const metricTable = () =>
  table(
    ['metric', 'what it is', 'tasks', 'better', 'range', 'parameters and their defaults', 'default margin of a change'],
    Object.entries(metrics)
      .filter(([name]) => metricNames.includes(name))
      .map(([name, metric]) => [
        code(name),
        metric.summary,
        metricTasks(metric).join(', '),
        metric.direction,
        metric.range === null ? 'any number' : `${bound(metric.range[0])} to ${bound(metric.range[1])}`,
        Object.entries(metric.takes)
          .filter(([key]) => !Object.hasOwn(common, key)) // said once above the table
          .map(([key, param]) => `${code(`${key}: ${param.default}`)} (${param.says})`)
          .join(', '),
        metric.margin === 'points' ? '0.5 points' : '1 % relative',
      ]),
  )

const driftFindings = () =>
  table(
    ['check', 'when it is there'],
    [
      ...questions.map(({ name, summary }) => [code(`drift.${name}:<column>`), summary]),
      [
        code('drift.rate_ratio:<column>'),
        'of a label or a prediction with two values: the rate of the positive one changed by a factor of 1.5 (warn) or 2 (fail), p ≤ 0.01 and 0.002 adjusted over all such columns; of a feature, of its rarer value, where max_ratio is written',
      ],
      [
        code('drift.rate_change:<column>'),
        'where max_change is written, of a column with two values: the rate of the positive one of a label or a prediction, of the rarer one of a feature, changed by as much, p as of drift.rate_ratio',
      ],
    ],
  )

const commandLine = (verb: keyof typeof verbs) =>
  table(
    ['option', ''],
    verbs[verb].options.map((name) => {
      const option: { readonly value?: string; readonly summary: string } = options[name]
      return [code(`--${name}${option.value === undefined ? '' : ` ${option.value}`}`), option.summary]
    }),
  )

const node = z.looseObject({
  description: z.string().optional(),
  properties: z.record(z.string(), z.unknown()).optional(),
  additionalProperties: z.unknown().optional(),
  items: z.unknown().optional(),
  anyOf: z.array(z.unknown()).optional(),
})

/** Paths of the config that are refused with NOT_AVAILABLE, as its own schema has them. */
function unbuiltKeys(schema: unknown, path: string): readonly string[] {
  const parsed = node.safeParse(schema)
  if (!parsed.success) return []
  const { description, properties = {}, additionalProperties, items, anyOf = [] } = parsed.data
  if (description === 'Not available in this version.') return [path]
  const below = (key: string) => (path === '' ? key : `${path}.${key}`)
  return [
    ...Object.entries(properties).flatMap(([key, inner]) => unbuiltKeys(inner, below(key))),
    ...unbuiltKeys(additionalProperties, below(path === 'models' ? 'NAME' : '…')),
    ...unbuiltKeys(items, path),
    ...anyOf.flatMap((inner) => unbuiltKeys(inner, path)),
  ]
}

const unavailable = () =>
  [...new Set(unbuiltKeys(z.toJSONSchema(configFile, { io: 'input' }), ''))]
    .filter((path) => !path.startsWith('defaults.'))
    .map((path) => `- ${code(path.replace('models.NAME.', ''))}`)
    .join('\n')

const ids = /^((?:[A-Z]{2,4}-\d{2}(?:,| and|:)? ?)+)/
const titles = /\b(describe|it)(?:\.\w+\([^\n]*?\))?\(\s*(['"`])((?:\\.|(?!\2)[^\\\n])*)\2/g

interface Proof {
  readonly says: string
  readonly file: string
  /** of a group of tests, and not of one of many like it */
  readonly whole: boolean
}

/** Requirement → the tests that name it at the start of a title, with what else the title says. */
export function requirements(): ReadonlyMap<string, readonly Proof[]> {
  const found = new Map<string, Proof[]>()
  const files = readdirSync(join(root, 'test'), { recursive: true, encoding: 'utf8' })
    .map((file) => file.replaceAll('\\', '/'))
    .filter((file) => file.endsWith('.test.ts') && !file.includes('node_modules'))
    .sort()
  for (const file of files) {
    const text = readFileSync(join(root, 'test', file), 'utf8')
    for (const [, kind, , quoted = ''] of text.matchAll(titles)) {
      const title = quoted.replaceAll('\\', '')
      const named = ids.exec(title)?.[1] ?? ''
      const proof = { says: title.slice(named.length), file: `test/${file}`, whole: kind === 'describe' && !/\$\{|%[a-z]/.test(title) }
      for (const [id] of named.matchAll(/[A-Z]{2,4}-\d{2}/g)) found.set(id, [...(found.get(id) ?? []), proof])
    }
  }
  return new Map([...found].sort(([a], [b]) => order(a) - order(b) || (a < b ? -1 : 1)))
}

/** Words of groups where there are any: single tests say details of them. */
function words(proofs: readonly Proof[]): string {
  const whole = proofs.filter((proof) => proof.whole)
  const said = (whole.length > 0 ? whole : proofs).map(({ says }) => says).filter((says) => !/\$\{|%[a-z]/.test(says))
  return [...new Set(said)].join('; ')
}

const groups = ['CMD', 'EVT', 'RPT', 'PII', 'SEC', 'MDL', 'ARC', 'DAT', 'GATE', 'NET', 'CMT', 'PRO', 'CAN', 'SUP']
const order = (id: string) => (groups.indexOf(id.split('-')[0] ?? '') + groups.length + 1) % (groups.length + 1)

const proven = () =>
  table(
    ['id', 'what its tests say', 'test files'],
    [...requirements()].map(([id, tests]) => [
      id,
      words(tests),
      [...new Set(tests.map(({ file }) => file))].map((file) => `[${file.replace(/^test\/|\.test\.ts$/g, '')}](../${file})`).join(', '),
    ]),
  )

const isVerb = (name: string): name is keyof typeof verbs => Object.hasOwn(verbs, name)

const driftTables = () =>
  table(
    ['check', 'when it is there'],
    tableQuestions.map(({ name, summary }) => [code(`drift.${name}`), summary]),
  )

const driftMetrics = () =>
  table(
    ['`metric:`', 'shown as', 'what it is', 'warns at', 'fails at'],
    Object.entries(driftMetricTable).map(([key, { name, corrected, summary, limits }]) => [
      code(key),
      corrected ? `${name}\\*` : name,
      summary,
      String(limits.warn),
      String(limits.fail),
    ]),
  )

const figures = (value: number) => value.toFixed(3)

/** The same size as a shift and as rows in a value that is new: what the words in reports are made of. */
const driftRule = () =>
  table(
    ['', ...families.flatMap((family) => [`adjusted p, ${family}`, `JS\\*, ${family}`])],
    (['fail', 'warn'] as const).map((word) => [
      word,
      ...families.flatMap((family) => [`≤ ${certainty.shift[family][word]}`, `≥ ${shiftDefaults[family][word]}`]),
    ]),
  )

const driftScale = () =>
  table(
    ['JS\\*', 'a normal distribution shifted by', 'rows moved to a new value'],
    [0.1, 0.25, 0.5, 1].map((sd) => [figures(jsOfShift(sd)), `${sd} sd`, `${(newMassOf(jsOfShift(sd)) * 100).toPrecision(2)} %`]),
  )

const fairnessMeasures = () =>
  table(
    ['measure', 'what it is', 'tasks', '`min_ratio`'],
    Object.entries(measures).map(([name, measure]) => [
      code(name),
      measure.summary,
      measureTasks(measure).join(', '),
      measure.ratio ? 'yes' : '',
    ]),
  )

const reports = () =>
  table(
    ['tool', 'the file'],
    readers.map(({ tool, file }) => [tool, file]),
  )

const regions: Readonly<Record<string, () => string>> = {
  checks,
  metrics: metricTable,
  fairness: fairnessMeasures,
  'drift-findings': driftFindings,
  'drift-tables': driftTables,
  'drift-metrics': driftMetrics,
  'drift-rule': driftRule,
  'drift-scale': driftScale,
  reports,
  unavailable,
  requirements: proven,
}

/** @throws when there is no table of that name */
function content(name: string): string {
  const verb = name.replace(/^cli-/, '')
  if (name.startsWith('cli-') && isVerb(verb)) return commandLine(verb)
  const make = Object.hasOwn(regions, name) ? regions[name] : undefined
  if (make === undefined) throw new Error(`there is no table ${name}`)
  return make()
}

/** A page with every region that it marks filled anew. */
export const filled = (page: string): string =>
  page.replace(
    /(<!-- ([a-z-]+):begin -->\n)[\s\S]*?(<!-- \2:end -->)/g,
    (_, begin: string, name: string, end: string) => `${begin}\n${content(name)}\n\n${end}`,
  )

/** Path → content, as it must lie in the repository. */
export const generatedPages = (): ReadonlyMap<string, string> =>
  new Map(
    readdirSync(join(root, 'docs'))
      .filter((file) => file.endsWith('.md'))
      .map((file) => [`docs/${file}`, filled(readFileSync(join(root, 'docs', file), 'utf8'))]),
  )

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const [path, page] of generatedPages()) {
    if (readFileSync(join(root, path), 'utf8') === page) continue
    if (!process.argv.includes('--check')) writeFileSync(join(root, path), page)
    else {
      process.stderr.write(`${path} is not what its source says: run node scripts/docs-tables.ts\n`)
      process.exitCode = 1
    }
  }
}
