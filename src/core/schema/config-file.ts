/**
 * modelgate.yml as it is written: every key of the design. What is not built in this version is named here too, so that it is refused
 * with its name and never ignored. `parse-config.ts` makes the program's types of what comes out.
 */
import { z } from 'zod'
import { splitCommand } from './command-line.ts'
import { type BuiltinSpec, type CommandSpec, rowFormats, type ScoreSpec, scoreVariables } from './config.ts'
import { data } from './data-file.ts'
import { drift } from './drift-file.ts'
import { evaluate } from './evaluate-file.ts'
import { expectation } from './expect-file.ts'
import { alias, badModelName, choice, duration, outcome, path, section, size, text } from './leaves.ts'
import { unsuitedMetrics } from './limits.ts'
import { whenWritten } from './partly.ts'
import { says } from './problems.ts'
import { ref, refText, source } from './refs.ts'
import { waivers } from './waivers-file.ts'

const words = (what: string) => z.array(text.min(1, { error: `an empty ${what}` }), { error: `expected a list of ${what}s` })

const commandShape = () => ({
  run: z.union([text, words('argument')], { error: 'expected a command, or a list of its arguments' }).optional(),
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
})

interface CommandFile {
  readonly run?: string | string[] | undefined
  readonly env?: string[] | undefined
  readonly timeout?: number | undefined
  readonly shell?: CommandSpec['shell'] | undefined
}

/** The command, or why it is none. @param filled as in `splitCommand` */
function commandOf({ run, shell, env, timeout }: CommandFile, inputs: readonly string[], filled: readonly string[]): CommandSpec | string {
  const rest = { kind: 'run', shell: shell ?? null, inputs, env: env ?? [], timeoutMs: timeout ?? 3_600_000 } as const
  if (typeof run === 'string') {
    if (shell !== undefined) return run.trim() === '' ? 'the command is empty' : { ...rest, argv: [run] }
    const split = splitCommand(run, filled)
    return split.ok ? { ...rest, argv: split.argv } : split.why
  }
  if (run === undefined || run.length === 0) return 'this list is empty'
  return shell === undefined ? { ...rest, argv: run } : 'a list of arguments needs no shell: write the command as one text'
}

const train = whenWritten(() =>
  section({
    ...commandShape(),
    inputs: z.array(path, { error: 'expected a list of paths' }).optional(),
    builtin: choice(['baseline', 'linear'], ['boosted', 'auto']).optional(),
  }).transform((given, context): CommandSpec | BuiltinSpec => {
    const refuse = (message: string, key?: string) => {
      context.issues.push({ code: 'custom', message, input: given, path: key === undefined ? [] : [key] })
      return z.NEVER
    }
    const { run, builtin } = given
    if ((run === undefined) === (builtin === undefined)) return refuse('write either run: a command, or builtin: baseline or linear')
    if (builtin !== undefined) {
      const strange = (['inputs', 'env', 'timeout', 'shell'] as const).find((key) => given[key] !== undefined)
      return strange === undefined ? { kind: 'builtin', builtin } : refuse(`${strange} belongs to run, not to builtin`, strange)
    }
    const command = commandOf(given, given.inputs ?? [], [])
    return typeof command === 'string' ? refuse(command, Array.isArray(run) && given.shell !== undefined ? 'shell' : 'run') : command
  }),
)

const score = whenWritten(() =>
  section({
    ...commandShape(),
    format: choice(rowFormats).optional(),
    predictions: source.optional(),
    metrics_file: path.optional(),
  }).transform((given, context): ScoreSpec => {
    const refuse = (message: string, key?: string) => {
      context.issues.push({ code: 'custom', message, input: given, path: key === undefined ? [] : [key] })
      return z.NEVER
    }
    const ways = (['run', 'predictions', 'metrics_file'] as const).filter((key) => given[key] !== undefined)
    const [way] = ways
    if (way === undefined || ways.length > 1)
      return refuse('write either run: a command, or predictions: a file of answers, or metrics_file: a file of numbers')
    const { predictions, metrics_file: numbers } = given
    if (way !== 'run') {
      const strange = (['env', 'timeout', 'shell', 'format'] as const).find((key) => given[key] !== undefined)
      if (strange !== undefined) return refuse(`${strange} belongs to run, not to ${way}`, strange)
    }
    if (numbers !== undefined) return { kind: 'metrics_file', path: numbers }
    if (predictions !== undefined) {
      if (predictions.kind === 'profile') return refuse('rows are needed here: a profile holds none', 'predictions')
      return { kind: 'predictions', source: predictions }
    }
    const command = commandOf(given, [], scoreVariables)
    if (typeof command === 'string') return refuse(command, Array.isArray(given.run) && given.shell !== undefined ? 'shell' : 'run')
    return { kind: 'run', command, format: given.format ?? null }
  }),
)

const refs = z.array(ref)
const baseline = whenWritten(() =>
  z.union(
    [
      refs,
      refText,
      section({
        from: z.union([refs, ref], { error: 'expected a model or a list of models' }).optional(),
        on_missing: outcome.optional(),
        max_age: duration.optional(),
        predictions: source.optional(),
      }),
    ],
    { error: 'expected a model, a list of models, or {from, on_missing, max_age, predictions}' },
  ),
)

const promote = whenWritten(() =>
  section({
    to: z.union([alias, z.array(alias).min(1, { error: 'this list is empty' })], { error: 'expected an alias, or a list of them' }),
    bump: choice(['auto', 'major', 'minor', 'patch']).optional(),
    accept: choice(['warn', 'pass']).optional(),
  }),
)

const modelShape = {
  task: choice(['binary', 'multiclass', 'multilabel', 'regression', 'ranking', 'forecasting', 'custom']).optional(),
  model: ref,
  format: choice(['onnx', 'opaque']).optional(),
  data: data.optional(),
  expect: expectation.optional(),
  train: train.optional(),
  score: score.optional(),
  evaluate: evaluate.optional(),
  baseline: baseline.optional(),
  drift: drift.optional(),
  promote: promote.optional(),
  gate: section({ on_inconclusive: outcome.optional(), on_degraded: outcome.optional() }).optional(),
  limits: section({ memory: size.optional(), time: duration.optional() }).optional(),
  device: choice(['cpu'], ['gpu', 'cuda']).optional(),
}

export const modelFile = section(modelShape).superRefine(({ task: said, data, evaluate }, context) => {
  const task = said ?? (Array.isArray(data?.target) ? 'multilabel' : undefined)
  for (const { path, message } of unsuitedMetrics(evaluate?.metrics ?? [], task)) {
    context.addIssue({ code: 'custom', path: ['evaluate', 'metrics', ...path], message })
  }
  if (evaluate?.calibration !== undefined && task !== undefined && task !== 'binary' && task !== 'multiclass')
    context.addIssue({
      code: 'custom',
      path: ['evaluate', 'calibration'],
      message: says('METRIC_UNSUITED', `a ${task} task has no probabilities of one truth a row: calibration is of binary and multiclass`),
    })
  for (const { path, message } of unsuitedMetrics(evaluate?.slices?.metrics ?? [], task)) {
    context.addIssue({ code: 'custom', path: ['evaluate', 'slices', 'metrics', ...path], message })
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
  waivers: waivers.optional(),
  outside: z.array(path, { error: 'expected a list of folders' }).optional(),
})
