/**
 * Runs the root composite action step by step as the runner does: `if:` and `with:` through GitHub's own expression language,
 * each sub-action's `dist/<stage>.js` in a process of its own (or, where a host is given, one after the other in that) with real INPUT_*,
 * GITHUB_OUTPUT and summary files.
 */
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { data, Evaluator, Lexer, Parser } from '@actions/expressions'
import { parse } from 'yaml'
import { z } from 'zod'
import type { ActionHost } from './action-host.ts'
import { parseOutputFile } from './runner-parsers.ts'
import { type Finished, runNode } from './spawn.ts'

const inputsSchema = z.record(z.string(), z.object({ default: z.union([z.string(), z.boolean(), z.number()]).optional() }))
const compositeSchema = z.object({
  inputs: inputsSchema,
  outputs: z.record(z.string(), z.object({ value: z.string() })),
  runs: z.object({
    steps: z.array(
      z.object({
        id: z.string(),
        uses: z.string(),
        if: z.string().optional(),
        with: z.record(z.string(), z.union([z.string(), z.boolean(), z.number()])).optional(),
      }),
    ),
  }),
})
const actionSchema = z.object({ inputs: inputsSchema.optional(), runs: z.object({ main: z.string() }) })

export interface StepRun {
  readonly id: string
  readonly outcome: 'success' | 'failure' | 'skipped'
  readonly outputs: Readonly<Record<string, string>>
  readonly finished: Finished | null
}

type Context = Readonly<Record<string, unknown>>

const toData = (value: unknown): data.ExpressionData => {
  if (typeof value === 'string') return new data.StringData(value)
  if (typeof value === 'boolean') return new data.BooleanData(value)
  if (typeof value === 'object' && value !== null)
    return new data.Dictionary(...Object.entries(value).map(([key, inner]) => ({ key, value: toData(inner) })))
  return new data.Null()
}

function evaluate(expression: string, context: Context, status: { failed: boolean }): data.ExpressionData {
  const fixed = (name: string, value: boolean) => ({ name, minArgs: 0, maxArgs: 0, call: () => new data.BooleanData(value) })
  const functions = [fixed('success', !status.failed), fixed('failure', status.failed), fixed('cancelled', false), fixed('always', true)]
  const names = Object.keys(context)
  const tokens = new Lexer(expression).lex().tokens
  const tree = new Parser(tokens, names, functions).parse()
  const root = new data.Dictionary(...names.map((key) => ({ key, value: toData(context[key]) })))
  return new Evaluator(tree, root, new Map(functions.map((entry) => [entry.name, entry]))).evaluate()
}

const bare = (text: string) => text.trim().replace(/^\$\{\{([\s\S]*)\}\}$/, '$1')

const fill = (text: string, context: Context, status: { failed: boolean }) =>
  text.replace(/\$\{\{([\s\S]*?)\}\}/g, (_, inner: string) => evaluate(inner, context, status).coerceString())

function condition(text: string | undefined, context: Context, status: { failed: boolean }): boolean {
  const expression = text === undefined ? 'success()' : bare(text)
  const mentionsStatus = /\b(success|failure|cancelled|always)\s*\(/.test(expression)
  const result = evaluate(mentionsStatus ? expression : `success() && (${expression})`, context, status)
  return result.kind === data.Kind.Boolean ? result.coerceString() === 'true' : result.coerceString() !== ''
}

interface StepOptions {
  readonly cwd: string
  readonly env: Readonly<Record<string, string>>
  readonly files: string
  /** of the same dist; none: a process for each step */
  readonly host?: ActionHost | null
}

/** @param action folder that holds action.yml, the sub-actions and dist */
export async function runComposite(
  action: string,
  options: StepOptions & { readonly inputs: Readonly<Record<string, string>> },
): Promise<{ readonly steps: readonly StepRun[]; readonly outputs: Readonly<Record<string, string>>; readonly failed: boolean }> {
  const composite = compositeSchema.parse(parse(readFileSync(join(action, 'action.yml'), 'utf8')))
  const defaults = Object.fromEntries(Object.entries(composite.inputs).map(([name, input]) => [name, String(input.default ?? '')]))
  const github = { token: options.env.GITHUB_TOKEN_FOR_TEST ?? '', event_name: options.env.GITHUB_EVENT_NAME ?? '' }
  const status = { failed: false }
  const given = Object.fromEntries(
    Object.entries({ ...defaults, ...options.inputs }).map(([name, value]) => [name, fill(value, { github }, status)]),
  )
  const steps: StepRun[] = []
  const context = () => ({
    inputs: given,
    github,
    steps: Object.fromEntries(steps.map((step) => [step.id, { outputs: step.outputs, outcome: step.outcome, conclusion: step.outcome }])),
  })
  for (const step of composite.runs.steps) {
    if (!condition(step.if, context(), status)) {
      steps.push({ id: step.id, outcome: 'skipped', outputs: {}, finished: null })
      continue
    }
    const run = await runStep(action, step, context(), status, options)
    if (run.outcome === 'failure') status.failed = true
    steps.push(run)
  }
  const outputs = Object.fromEntries(
    Object.entries(composite.outputs).map(([name, output]) => [name, fill(output.value, context(), status)]),
  )
  return { steps, outputs, failed: status.failed }
}

async function runStep(
  action: string,
  step: z.infer<typeof compositeSchema>['runs']['steps'][number],
  context: Context,
  status: { failed: boolean },
  options: StepOptions,
): Promise<StepRun> {
  const match = /^\$\/([a-z]+)$/.exec(step.uses)
  if (!match?.[1]) throw new Error(`the composite may use its own sub-actions only, not ${step.uses}`)
  const folder = join(action, match[1])
  const sub = actionSchema.parse(parse(readFileSync(join(folder, 'action.yml'), 'utf8')))
  const inputs: Record<string, string> = {}
  for (const [name, input] of Object.entries(sub.inputs ?? {})) inputs[name] = fill(String(input.default ?? ''), context, status)
  for (const [name, value] of Object.entries(step.with ?? {})) inputs[name] = fill(String(value), context, status)
  const files = join(options.files, step.id)
  mkdirSync(files, { recursive: true })
  const channel = (name: string) => {
    const path = join(files, name)
    writeFileSync(path, '')
    return path
  }
  const output = channel('output')
  const env = {
    ...options.env,
    ...Object.fromEntries(Object.entries(inputs).map(([name, value]) => [`INPUT_${name.replaceAll(' ', '_').toUpperCase()}`, value])),
    GITHUB_OUTPUT: output,
    GITHUB_STEP_SUMMARY: channel('summary'),
    GITHUB_ENV: channel('env'),
    GITHUB_PATH: channel('path'),
    GITHUB_STATE: channel('state'),
  }
  const main = join(folder, sub.runs.main)
  const place = { cwd: options.cwd, env }
  const finished = options.host ? await options.host.run(basename(main, '.js'), place) : await runNode([main], place)
  // CMD-05: no step of ours ever writes these
  for (const name of ['env', 'path'])
    if (statSync(join(files, name)).size > 0) throw new Error(`${step.id} wrote GITHUB_${name.toUpperCase()}`)
  return {
    id: step.id,
    outcome: finished.code === 0 ? 'success' : 'failure',
    outputs: parseOutputFile(readFileSync(output, 'utf8')),
    finished,
  }
}
