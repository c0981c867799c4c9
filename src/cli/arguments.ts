/** argv → one typed request. What is not understood is an error that names the nearest thing allowed. */
import { parseArgs } from 'node:util'
import { nearest } from '../core/text/nearest.ts'
import { UserError } from '../errors.ts'
import { isVerb, laterVerbs, type OptionName, options, type VerbName, verbs } from './verbs.ts'

const reportFormats = ['markdown', 'junit'] as const
export type ReportFormat = (typeof reportFormats)[number]

export interface Request {
  readonly verb: VerbName
  readonly config: string
  readonly model: string | null
  readonly out: string
  readonly base: string | null
  readonly json: boolean
  readonly failOn: 'fail' | 'warn'
  readonly formats: readonly ReportFormat[]
  readonly promote: boolean
  readonly ref: string | null
  readonly path: string | null
  readonly to: string | null
  readonly version: string | null
  readonly key: string | null
  readonly explain: boolean
  /** init: data files as they were named */
  readonly words: readonly string[]
  readonly modelFile: string | null
  readonly target: string | null
  readonly name: string | null
  readonly workflow: boolean
}

export type Parsed =
  | { readonly kind: 'help'; readonly verb: VerbName | null }
  | { readonly kind: 'version' }
  | { readonly kind: 'request'; readonly request: Request }

const usage = (message: string, fix: string) => new UserError('USAGE', message, fix)

/** @throws UserError USAGE, NOT_AVAILABLE */
export function parseArguments(argv: readonly string[]): Parsed {
  const [first = '--help', ...rest] = argv
  if (first === '--help' || first === '-h' || first === 'help') return { kind: 'help', verb: rest.find(isVerb) ?? null }
  if (first === '--version' || first === '-v') return { kind: 'version' }
  if (laterVerbs.some((name) => name === first))
    throw new UserError('NOT_AVAILABLE', `modelgate ${first} is not available in this version`, 'see modelgate --help')
  if (!isVerb(first)) {
    const close = nearest(first, Object.keys(verbs))
    throw usage(
      `there is no verb ${JSON.stringify(first)}${close ? `; did you mean ${close}?` : ''}`,
      `one of: ${Object.keys(verbs).join(', ')}`,
    )
  }
  if (rest.includes('--help') || rest.includes('-h')) return { kind: 'help', verb: first }
  return { kind: 'request', request: toRequest(first, ...read(first, rest)) }
}

type Values = Readonly<Partial<Record<OptionName, string | boolean>>>

function read(verb: VerbName, argv: readonly string[]): readonly [Values, readonly string[]] {
  const allowed: readonly OptionName[] = verbs[verb].options
  const known = Object.fromEntries(Object.entries(options).map(([name, option]) => [name, { type: option.type }]))
  const { tokens } = parseArgs({ args: [...argv], options: known, strict: false, tokens: true, allowPositionals: true })
  const values: Partial<Record<OptionName, string | boolean>> = {}
  const words: string[] = []
  for (const token of tokens) {
    if (token.kind === 'option-terminator') continue
    if (token.kind === 'positional') {
      if (verb === 'fetch' && values.ref === undefined) {
        values.ref = token.value
        continue
      }
      if (verb === 'init' && token.value !== '') {
        words.push(token.value)
        continue
      }
      throw usage(`modelgate ${verb} takes no word ${JSON.stringify(token.value)}`, `see modelgate ${verb} --help`)
    }
    const name = allowed.find((option) => option === token.name)
    if (name === undefined) {
      const close = nearest(token.name, allowed)
      throw usage(
        `modelgate ${verb} has no option ${token.rawName}${close ? `; did you mean --${close}?` : ''}`,
        `one of: ${allowed.map((option) => `--${option}`).join(', ')}`,
      )
    }
    if (values[name] !== undefined) throw usage(`--${name} is given twice`, 'give it once')
    if (options[name].type === 'boolean') {
      if (token.value !== undefined) throw usage(`--${name} takes no value`, `write --${name} alone, or leave it out`)
      values[name] = true
    } else {
      if (!token.value) throw usage(`--${name} needs a value`, `see modelgate ${verb} --help`)
      values[name] = token.value
    }
  }
  return [values, words]
}

function toRequest(verb: VerbName, values: Values, words: readonly string[]): Request {
  const text = (name: OptionName) => (typeof values[name] === 'string' ? values[name] : null)
  const failOn = text('fail-on') ?? 'fail'
  if (failOn !== 'fail' && failOn !== 'warn')
    throw usage(`--fail-on ${JSON.stringify(failOn)} is not known`, 'write --fail-on warn, or leave it out')
  return {
    verb,
    config: text('config') ?? 'modelgate.yml',
    model: text('model'),
    out: text('out') ?? '.modelgate',
    base: text('base'),
    json: values.json === true,
    failOn,
    formats: (text('format') ?? '').split(',').filter(Boolean).map(toFormat),
    promote: values.promote === true,
    ref: text('ref'),
    path: text('path'),
    to: text('to'),
    version: text('version'),
    key: text('key'),
    explain: values.explain === true,
    words,
    modelFile: text('model-file'),
    target: text('target'),
    name: text('name'),
    workflow: values.workflow === true,
  }
}

function toFormat(word: string): ReportFormat {
  const format = reportFormats.find((name) => name === word.trim())
  if (format === undefined) throw usage(`--format ${JSON.stringify(word)} is not known`, `one of: ${reportFormats.join(', ')}`)
  return format
}
