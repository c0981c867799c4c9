/**
 * modelgate.yml as it is written: every key of the design. What is not built in this version is named here too, so that it is refused
 * with its name and never ignored. `parse-config.ts` makes the program's types of what comes out.
 */
import { z } from 'zod'
import { splitCommand } from './command-line.ts'
import { type BuiltinSpec, type CommandSpec, modes, roles } from './config.ts'
import { alias, badModelName, choice, columnName, count, duration, later, path, section, share, size } from './leaves.ts'
import { metrics, unsuitedMetrics } from './limits.ts'
import { says } from './problems.ts'
import { ref, refText, source } from './refs.ts'

const outcome = choice(['pass', 'warn', 'fail'])
const severity = choice(['warn', 'fail'])
const flag = z.boolean({ error: 'expected true or false' })
const text = z.string({ error: 'expected text' })
const scalar = z.union([z.string(), z.number(), z.boolean()], { error: 'expected text, a number, true or false' })
const bound = z.union([z.number(), z.string()], { error: 'expected a number or a date' })

const words = (what: string) => z.array(text.min(1, { error: `an empty ${what}` }), { error: `expected a list of ${what}s` })

const drifted = z
  .number({ error: 'expected a number between 0 and 1' })
  .gte(0, { error: 'a shift lies between 0 and 1' })
  .lte(1, { error: 'a shift lies between 0 and 1' })
const shiftLimit = z
  .union([drifted, section({ warn: drifted.optional(), fail: drifted.optional() })], {
    error: 'expected a number between 0 and 1, or {warn: …, fail: …}',
  })
  .transform((given) => (typeof given === 'number' ? { fail: given } : given))
  .refine(
    ({ warn, fail }: { warn?: number | undefined; fail?: number | undefined }) => warn === undefined || fail === undefined || warn <= fail,
    {
      error: 'warn lies beyond fail: it could never warn',
    },
  )

const dataSource = {
  train: source.optional(),
  validation: source.optional(),
  test: source.optional(),
  current: source.optional(),
}

const data = section({
  ...dataSource,
  target: columnName.optional(),
  positive: scalar.optional(),
  id: columnName.optional(),
  time: columnName.optional(),
  group: columnName.optional(),
  weight: later('weight'),
  label_delay: later('label_delay'),
  features: z.array(columnName, { error: 'expected a list of columns' }).min(1, { error: 'this list is empty' }).optional(),
  sensitive: z.array(columnName, { error: 'expected a list of columns' }).optional(),
})

const on = z.array(choice(roles), { error: 'expected a list of train, validation, test, current' }).min(1, { error: 'this list is empty' })
const range = section({ min: count.optional(), max: count.optional() })

export const columnTypes = ['integer', 'float', 'number', 'boolean', 'string', 'date', 'timestamp', 'time', 'decimal'] as const

const column = section({
  type: choice(columnTypes).optional(),
  min: bound.optional(),
  max: bound.optional(),
  nulls: section({ max: share }).optional(),
  in: z.array(scalar, { error: 'expected a list of values' }).min(1, { error: 'this list is empty' }).optional(),
  not_in: z.array(scalar, { error: 'expected a list of values' }).min(1, { error: 'this list is empty' }).optional(),
  matches: text.min(1, { error: 'this pattern is empty' }).max(1000, { error: 'a pattern has at most 1000 characters' }).optional(),
  length: range.optional(),
  unique: flag.optional(),
  severity: severity.optional(),
  on: on.optional(),
})

const expectation = section({
  rows: section({ min: count.optional(), max: count.optional(), severity: severity.optional(), on: on.optional() }).optional(),
  duplicates: section({ max: share, severity: severity.optional(), on: on.optional() }).optional(),
  columns: z.record(z.string(), column, { error: 'expected a map of columns' }).optional(),
  results: later('expect.results'),
})

const train = section({
  run: z.union([text, words('argument')], { error: 'expected a command, or a list of its arguments' }).optional(),
  inputs: z.array(path, { error: 'expected a list of paths' }).optional(),
  env: z
    .array(
      text.regex(/^[A-Za-z_][A-Za-z0-9_]*\*?$/, {
        error: 'expected the name of an environment variable, or its beginning and a *, such as AWS_*',
      }),
      { error: 'expected a list of names' },
    )
    .optional(),
  timeout: duration.optional(),
  shell: choice(['bash', 'sh']).optional(),
  builtin: choice(['baseline', 'linear'], ['boosted', 'auto']).optional(),
}).transform((given, context): CommandSpec | BuiltinSpec => {
  const refuse = (message: string, key?: string) => {
    context.issues.push({ code: 'custom', message, input: given, path: key === undefined ? [] : [key] })
    return z.NEVER
  }
  const { run, shell, builtin } = given
  if ((run === undefined) === (builtin === undefined)) return refuse('write either run: a command, or builtin: baseline or linear')
  if (builtin !== undefined) {
    const strange = (['inputs', 'env', 'timeout', 'shell'] as const).find((key) => given[key] !== undefined)
    return strange === undefined ? { kind: 'builtin', builtin } : refuse(`${strange} belongs to run, not to builtin`, strange)
  }
  const rest = { shell: shell ?? null, inputs: given.inputs ?? [], env: given.env ?? [], timeoutMs: given.timeout ?? 3_600_000 }
  if (typeof run === 'string') {
    if (shell !== undefined) return run.trim() === '' ? refuse('the command is empty', 'run') : { kind: 'run', argv: [run], ...rest }
    const split = splitCommand(run)
    return split.ok ? { kind: 'run', argv: split.argv, ...rest } : refuse(split.why, 'run')
  }
  if (run === undefined || run.length === 0) return refuse('this list is empty', 'run')
  return shell === undefined
    ? { kind: 'run', argv: run, ...rest }
    : refuse('a list of arguments needs no shell: write the command as one text', 'shell')
})

const evaluate = section({
  metrics: metrics.optional(),
  mode: choice(modes).optional(),
  threshold: z
    .union(
      [
        z.number().gte(0, { error: 'a threshold lies between 0 and 1' }).lte(1, { error: 'a threshold lies between 0 and 1' }),
        section({ on: later('threshold: {on: …}'), maximize: later('threshold: {maximize: …}') }),
      ],
      { error: 'expected a number between 0 and 1' },
    )
    .optional(),
  value: later('evaluate.value'),
  slices: later('evaluate.slices'),
})

const refs = z.array(ref)
const baseline = z.union(
  [
    refs,
    refText,
    section({
      from: z.union([refs, ref], { error: 'expected a model or a list of models' }).optional(),
      on_missing: outcome.optional(),
      max_age: duration.optional(),
    }),
  ],
  { error: 'expected a model, a list of models, or {from, on_missing, max_age}' },
)

const drift = z.union(
  [
    section({
      enabled: flag.optional(),
      reference: z.union([z.literal('training'), source], { error: 'expected training, or data' }).optional(),
      columns: z
        .record(z.string(), section({ shift: shiftLimit.optional(), ignore: flag.optional() }), { error: 'expected a map of columns' })
        .optional(),
    }),
    z.literal(false),
  ],
  { error: 'expected {reference, columns}, or false to switch drift off' },
)

const promote = section({
  to: z.union([alias, z.array(alias).min(1, { error: 'this list is empty' })], { error: 'expected an alias, or a list of them' }),
  bump: choice(['auto', 'major', 'minor', 'patch']).optional(),
  accept: choice(['warn', 'pass']).optional(),
})

const modelShape = {
  task: choice(['binary', 'multiclass', 'regression'], ['multilabel', 'forecasting', 'ranking', 'custom']).optional(),
  model: ref,
  format: choice(['onnx'], ['opaque']).optional(),
  data: data.optional(),
  expect: expectation.optional(),
  train: train.optional(),
  score: later('score'),
  evaluate: evaluate.optional(),
  baseline: baseline.optional(),
  drift: drift.optional(),
  promote: promote.optional(),
  gate: section({ on_inconclusive: outcome.optional(), on_degraded: outcome.optional() }).optional(),
  limits: section({ memory: size.optional(), time: duration.optional() }).optional(),
  device: choice(['cpu'], ['gpu', 'cuda']).optional(),
}

export const modelFile = section(modelShape).superRefine(({ task, evaluate }, context) => {
  for (const { path, message } of unsuitedMetrics(evaluate?.metrics ?? [], task)) {
    context.addIssue({ code: 'custom', path: ['evaluate', 'metrics', ...path], message })
  }
})
export type ModelFile = z.output<typeof modelFile>

const modelName = z.string().superRefine((name, context) => {
  const bad = badModelName(name)
  if (bad !== null) context.addIssue({ code: 'custom', message: says('INVALID_NAME', `${bad}.`) })
})

/** Names of git refs that every git takes, and no option of its command line. */
const branch = text.regex(/^(?!.*(\.\.|\/\/|\.lock(\/|$)|@\{))[A-Za-z0-9][A-Za-z0-9._/-]*[A-Za-z0-9_-]$/, {
  error: 'this is not the name of a branch',
})
const remote = text
  .min(1, { error: 'this is empty' })
  .regex(/^[^-\s][^\0\r\n]*$/, { error: 'expected the name of a remote, a URL or a path of a git repository' })

export const configFile = section({
  version: z.literal(1, { error: 'this program reads version 1' }).optional(),
  defaults: section({ ...modelShape, model: ref.optional() }).optional(),
  models: z
    .record(modelName, modelFile, { error: 'expected a map: the name of a model, then what is known of it' })
    .refine((models) => Object.keys(models).length > 0, { error: 'no model is written here' }),
  ledger: section({ branch: branch.optional(), remote: remote.optional() }).optional(),
  waivers: later('waivers'),
})
