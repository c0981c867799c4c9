/** modelgate.yml → Config: read, defaults merged, checked as a whole, units resolved. Every problem is told at once, with its place. */
import { UserError } from '../../errors.ts'
import { nearest } from '../text/nearest.ts'
import { withPlace } from './belongs.ts'
import type { Config, DataSpec, ModelConfig, ModelRef, Source } from './config.ts'
import { roles } from './config.ts'
import { configFile, type ModelFile } from './config-file.ts'
import { customProblems } from './custom-spec.ts'
import { driftSpec } from './drift-spec.ts'
import { expectations } from './expectations.ts'
import { fairnessSpec } from './fairness-file.ts'
import { forecastProblems } from './forecast-spec.ts'
import { decisionProblems, slicesSpec, valueSpec } from './parts-spec.ts'
import { configError, invalid, type Locate, type Path, type Problem, problemsOf, shown } from './problems.ts'
import { type Plain, readYaml } from './read-yaml.ts'
import { baselineProblems, paritySpec, scoreProblems } from './score-spec.ts'
import { waiversOf } from './waivers-file.ts'

const day = 86_400_000

/**
 * @param text the file
 * @param file what messages call it
 * @param hash sha256 of a text as 64 hex digits; an argument, so that the core stays without a machine
 * @throws UserError with every problem (at most ten are shown): `modelgate.yml:12:9 UNKNOWN_KEY evaluate.metrics.roc_auc.max_dorp. …`
 */
export function parseConfig(text: string, file: string, hash: (text: string) => string): Config {
  const read = readYaml(text)
  if (!read.ok) throw configError([read.problem], file, () => ({ line: read.line, column: read.column }))
  const { value, has } = read
  const locate: Locate = (path, atKey) => read.locate(written(path, has), atKey)
  const fail = (problems: readonly Problem[]): never => {
    throw configError(problems, file, locate)
  }
  if (!isMap(value)) return fail([{ ...invalid([], 'The file must be a map that begins with `models:`.'), code: 'CONFIG_INVALID' }])

  const { defaults, ...rest } = value
  if (defaults !== undefined && !isMap(defaults)) return fail([invalid(['defaults'], 'A map of model keys is expected here.')])
  const merged = { ...rest, ...(isMap(rest.models) ? { models: withDefaults(rest.models, defaults ?? {}) } : {}) }
  const parsed = configFile.safeParse(merged)
  if (!parsed.success) return fail(problemsOf(parsed.error.issues, merged).map(withPlace))

  const problems: Problem[] = []
  const models = Object.entries(parsed.data.models).map(([name, model]) => normalise(name, model, problems))
  noTwins(models, problems)
  const waivers = waiversOf(
    parsed.data.waivers,
    models.map((model) => model.name),
    problems,
  )
  if (problems.length > 0) return fail(problems)
  const { ledger, outside = [] } = parsed.data
  const config: Omit<Config, 'digest'> = {
    version: 1,
    models,
    ledger: { branch: ledger?.branch ?? 'modelgate-ledger', remote: ledger?.remote ?? 'origin' },
    ...(waivers.length === 0 ? {} : { waivers }),
    ...(outside.length === 0 ? {} : { outside }),
  }
  return withDigest(config, hash)
}

/** The digest is over what a config says, however it was written and wherever its parts came from. */
export const withDigest = (config: Omit<Config, 'digest'>, hash: (text: string) => string): Config => ({
  ...config,
  digest: `sha256:${hash(canonicalJson(config))}`,
})

/** Only the model asked for; null means all, in file order. The digest stays that of the whole file. */
export function narrow(config: Config, name: string | null): Config {
  if (name === null) return config
  const models = config.models.filter((model) => model.name === name)
  if (models.length > 0) return { ...config, models }
  const names = config.models.map((model) => model.name)
  const near = nearest(name, names)
  throw new UserError(
    'UNKNOWN_MODEL',
    `the config has no model ${shown(name)}${near === null ? '' : `. Did you mean ${near}?`}`,
    `name one of: ${names.join(', ')}; or none, for all of them`,
  )
}

const isMap = (value: Plain | undefined): value is { readonly [key: string]: Plain } =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** A problem of a model that stands under `defaults` is told there. */
function written(path: Path, has: (path: Path) => boolean): Path {
  if (path[0] !== 'models' || path.length < 3 || has(path)) return path
  const shared = ['defaults', ...path.slice(2)]
  return has(shared) ? shared : path
}

const withDefaults = (models: { readonly [key: string]: Plain }, defaults: Plain): Plain =>
  Object.fromEntries(Object.entries(models).map(([name, model]) => [name, isMap(model) ? merge(defaults, model) : model]))

/** Ways to say one thing: a model that says it another way than the defaults does not inherit theirs. */
const alternatives = [
  ['run', 'builtin'],
  ['run', 'predictions', 'metrics_file'],
  ['path', 'glob', 'profile'],
  ['url', 'artifact'],
] as const

/** Maps are merged key by key; everything else, lists too, is replaced. */
function merge(base: Plain, over: Plain): Plain {
  if (!isMap(base) || !isMap(over)) return over
  const replaced = alternatives.some((ways) => {
    const ours = ways.find((way) => over[way] !== undefined)
    return ours !== undefined && ways.some((way) => way !== ours && base[way] !== undefined)
  })
  if (replaced) return over
  const keys = [...new Set([...Object.keys(base), ...Object.keys(over)])]
  return Object.fromEntries(
    keys.map((key) => {
      const below = base[key]
      const above = over[key]
      return [key, above === undefined ? (below ?? null) : below === undefined ? above : merge(below, above)]
    }),
  )
}

function normalise(name: string, file: ModelFile, problems: Problem[]): ModelConfig {
  const path: Path = ['models', name]
  const data = dataOf(file, [...path, 'data'], problems)
  const { evaluate, drift, promote, gate, limits } = file
  // a list of label columns says the task
  const task = file.task ?? (data.targets ? 'multilabel' : null)
  if (evaluate !== undefined) decisionProblems(evaluate, data, [...path, 'evaluate'], problems)
  forecastProblems(evaluate ?? {}, task, data, path, problems)
  scoreProblems(file, path, problems)
  baselineProblems(file, path, problems)
  customProblems(file, path, problems)
  return {
    name,
    task,
    model: file.model,
    format: file.format ?? 'onnx',
    data,
    expect: expectations(file.expect, data, [...path, 'expect'], problems),
    ...(file.expect?.samples === 'local' ? { samples: 'local' } : {}),
    ...(file.expect === undefined || file.expect.results.length === 0 ? {} : { results: file.expect.results }),
    ...(file.expect?.profile === 'needed' ? { profile: 'needed' } : {}),
    train: file.train ?? null,
    ...(file.score === undefined ? {} : { score: file.score }),
    evaluate: {
      metrics: evaluate?.metrics ?? [],
      mode: evaluate?.mode ?? 'guard',
      threshold: typeof evaluate?.threshold === 'number' ? evaluate.threshold : 0.5,
      ...(evaluate?.quantiles === undefined ? {} : { quantiles: evaluate.quantiles }),
      ...(evaluate?.season === undefined ? {} : { season: evaluate.season }),
      ...(evaluate?.parity === undefined ? {} : { parity: paritySpec(evaluate.parity, [...path, 'evaluate', 'parity'], problems) }),
      ...(evaluate?.holdout_budget === undefined ? {} : { holdoutBudget: evaluate.holdout_budget }),
      ...(typeof evaluate?.threshold === 'object' ? { chooseThreshold: evaluate.threshold } : {}),
      ...(evaluate?.value === undefined ? {} : { value: valueSpec(evaluate.value, [...path, 'evaluate', 'value'], problems) }),
      ...(evaluate?.slices === undefined ? {} : { slices: slicesSpec(evaluate.slices, data, [...path, 'evaluate', 'slices'], problems) }),
      ...(evaluate?.calibration === undefined ? {} : { calibration: evaluate.calibration }),
      ...(evaluate?.fairness === undefined
        ? {}
        : { fairness: fairnessSpec(evaluate.fairness, data, task, [...path, 'evaluate', 'fairness'], problems) }),
    },
    baseline: baselineOf(file.baseline),
    drift: driftSpec(drift, data, [...path, 'drift'], problems),
    promote:
      promote === undefined
        ? null
        : {
            to: typeof promote.to === 'string' ? [promote.to] : promote.to,
            bump: promote.bump ?? 'auto',
            accept: promote.accept ?? 'warn',
          },
    gate: { onInconclusive: gate?.on_inconclusive ?? 'pass', onDegraded: gate?.on_degraded ?? 'pass' },
    limits: { memoryBytes: limits?.memory ?? 4e9, timeMs: limits?.time ?? 1_200_000 },
  }
}

function dataOf({ data, task }: ModelFile, path: Path, problems: Problem[]): DataSpec {
  const sources: Partial<Record<(typeof roles)[number], Source>> = {}
  for (const role of roles) {
    const source = data?.[role]
    if (source === undefined) continue
    if (source.kind === 'profile' && (role === 'test' || role === 'validation'))
      problems.push(invalid([...path, role], 'Rows are needed here: a profile holds none.'))
    sources[role] = source
  }
  const features = data?.features ?? null
  for (const [i, feature] of (features ?? []).entries()) {
    if (features?.indexOf(feature) !== i) problems.push(invalid([...path, 'features', i], `${shown(feature)} is written twice.`))
    if ([data?.target ?? []].flat().includes(feature)) problems.push(invalid([...path, 'features', i], 'The target cannot be a feature.'))
  }
  if (task === 'ranking' && data?.target !== undefined && data.group === undefined)
    problems.push(
      invalid([...path, 'group'], 'A ranking needs data.group, which says what was asked: rows of one query are ranked among themselves.'),
    )
  if (task === 'forecasting' && data?.target !== undefined && data.time === undefined)
    problems.push(invalid([...path, 'time'], 'A forecast needs data.time, which says in which order its rows lie.'))
  if (data?.label_delay !== undefined && data.time === undefined)
    problems.push(invalid([...path, 'label_delay'], 'This needs data.time, which says how old a row is.'))
  const targets = Array.isArray(data?.target) ? data.target : null
  targetProblems(targets, { data, task }, path, problems)
  return {
    sources,
    target: typeof data?.target === 'string' ? data.target : null,
    ...(targets === null ? {} : { targets }),
    positive: data?.positive ?? null,
    id: data?.id ?? null,
    time: data?.time ?? null,
    group: data?.group ?? null,
    weight: data?.weight ?? null,
    ...(data?.horizon === undefined ? {} : { horizon: data.horizon }),
    labelDelayMs: data?.label_delay ?? null,
    features,
    sensitive: data?.sensitive ?? [],
    ...(data?.kinds === undefined ? {} : { kinds: data.kinds }),
  }
}

/** A list of columns is what a multilabel task means, and nothing else does. */
function targetProblems(
  targets: readonly string[] | null,
  { data, task }: Pick<ModelFile, 'data' | 'task'>,
  path: Path,
  problems: Problem[],
): void {
  const refuse = (key: string, text: string) => problems.push(invalid([...path, key], text))
  if (task === 'multilabel' && typeof data?.target === 'string')
    refuse('target', 'A multilabel task needs a list: one column of 0 and 1 for each label.')
  if (targets !== null && task !== undefined && task !== 'multilabel')
    refuse('target', `A list of labels is of task: multilabel, and a ${task} task has one column.`)
  for (const [i, name] of (targets ?? []).entries())
    if (targets?.indexOf(name) !== i) problems.push(invalid([...path, 'target', i], `${shown(name)} is written twice.`))
  if (data?.positive === undefined) return
  if (data.target === undefined) refuse('positive', 'This needs a target.')
  if (targets !== null) refuse('positive', 'A label of several is there or not: 1 or true is yes, and there is nothing to choose.')
}

/** What a candidate is measured against when nothing is said: what is in production, else the last green run of the default branch. */
const usualBaseline: readonly ModelRef[] = [{ kind: 'alias', model: null, alias: 'production' }, { kind: 'main' }]

function baselineOf(given: ModelFile['baseline']): ModelConfig['baseline'] {
  const plain = { onMissing: 'warn', maxAgeDays: null } as const
  if (given === undefined) return { from: usualBaseline, ...plain }
  if (Array.isArray(given)) return { from: given, ...plain }
  if ('kind' in given) return { from: [given], ...plain }
  const { from } = given
  return {
    from: from === undefined ? usualBaseline : Array.isArray(from) ? from : [from],
    onMissing: given.on_missing ?? 'warn',
    maxAgeDays: given.max_age === undefined ? null : given.max_age / day,
    ...(given.predictions === undefined ? {} : { predictions: given.predictions }),
  }
}

/** Names become folders and tags: two that differ in case only are one on half of the machines. */
function noTwins(models: readonly ModelConfig[], problems: Problem[]): void {
  const seen = new Map<string, string>()
  for (const { name } of models) {
    const twin = seen.get(name.toLowerCase())
    if (twin !== undefined)
      problems.push({ code: 'INVALID_NAME', path: ['models', name], text: `${name} and ${twin} differ in case only.`, atKey: true })
    seen.set(name.toLowerCase(), name)
  }
}

/** JSON with sorted keys: equal configs give equal text, however they were written. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value)
      .filter(([, inner]) => inner !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : 1))
    return `{${entries.map(([key, inner]) => `${JSON.stringify(key)}:${canonicalJson(inner)}`).join(',')}}`
  }
  return JSON.stringify(value)
}
