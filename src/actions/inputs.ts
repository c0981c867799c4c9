/** Inputs of an action, read once at the edge into one typed object. Nothing else reads `INPUT_*`. */
import type { StageName } from '../core/schema/result.ts'
import { nearest } from '../core/text/nearest.ts'
import { shorten, visible } from '../core/text/visible.ts'
import { UserError } from '../errors.ts'
import type { StageOptions } from '../stages/context.ts'
import { actions, type InputName, type InputSpec, inputs } from './table.ts'

export interface Inputs {
  readonly config: string
  readonly model: string | null
  readonly workingDirectory: string
  readonly out: string
  readonly token: string | null
  /** false: fail and error are written and the step stays green */
  readonly failsStep: boolean
  /** null: none is uploaded */
  readonly artifact: string | null
  readonly options: StageOptions
  /** sentences about what was given and means nothing */
  readonly warnings: readonly string[]
}

type Environment = Readonly<Record<string, string | undefined>>

/** The runner's name for an input: upper case, spaces become `_`, hyphens stay. */
const variable = (name: string): string => `INPUT_${name.toUpperCase()}`

/** @throws UserError INVALID_INPUT naming the input, the value, what is allowed */
export function loadInputs(action: StageName, env: Environment): Inputs {
  const taken: readonly InputName[] = actions[action].inputs
  const read = (name: InputName): string | null => (taken.includes(name) ? readInput(name, env[variable(name)]) : null)
  const optional = <K extends keyof StageOptions>(key: K, value: StageOptions[K] | null) => (value === null ? {} : { [key]: value })
  const failOn = read('fail-on')
  return {
    config: read('config') ?? inputs.config.default,
    model: read('model'),
    workingDirectory: read('working-directory') ?? inputs['working-directory'].default,
    out: read('out') ?? inputs.out.default,
    token: read('github-token'),
    failsStep: read('on-fail') !== 'continue',
    artifact: read('artifact'),
    options: {
      ...optional('ref', read('ref')),
      ...optional('path', read('path')),
      ...optional('to', read('to')),
      ...optional('version', read('version')),
      ...optional('key', read('key')),
      ...(failOn === 'warn' || failOn === 'fail' ? { failOn } : {}),
    },
    warnings: unknownInputs(action, taken, env),
  }
}

function readInput(name: InputName, raw: string | undefined): string | null {
  const spec: InputSpec = inputs[name]
  const value = (raw ?? '').trim()
  if (value === '') {
    if (raw !== undefined && spec.emptyMeansNone) return null
    // a default that is an expression is the runner's to fill in
    return spec.default === null || spec.default.startsWith('${{') ? null : spec.default
  }
  if (/[\r\n\0]/.test(value)) throw invalid(name, value, 'one line')
  if (spec.allowed !== undefined && !spec.allowed.includes(value)) throw invalid(name, value, spec.allowed.join(' or '))
  return value
}

const invalid = (name: string, value: string, allowed: string) =>
  new UserError(
    'INVALID_INPUT',
    `the input ${name} is ${JSON.stringify(shorten(visible(value), 80))}, allowed is ${allowed}`,
    `correct \`with: ${name}:\` of this step`,
  )

function unknownInputs(action: StageName, taken: readonly InputName[], env: Environment): readonly string[] {
  const known = new Set(taken.map(variable))
  return Object.keys(env)
    .filter((key) => key.startsWith('INPUT_') && !known.has(key))
    .map((key) => {
      const name = key.slice('INPUT_'.length).toLowerCase()
      const near = nearest(name, taken)
      return `${action} has no input ${shorten(visible(name), 80)}${near === null ? '.' : `; did you mean ${near}?`} It is ignored.`
    })
}
