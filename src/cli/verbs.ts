/** The verbs of the command line and their options: help, parsing and the docs table come from here. */
import { type StageName, stageNames } from '../core/schema/result.ts'

export const options = {
  config: { type: 'string', value: 'FILE', summary: 'path of the config; default modelgate.yml' },
  model: { type: 'string', value: 'NAME', summary: 'one model of the config; default all, in file order' },
  out: { type: 'string', value: 'DIR', summary: 'where results are written; default .modelgate' },
  base: { type: 'string', value: 'REF', summary: 'a commit of this repository whose limits and expectations count; default the checkout' },
  json: { type: 'boolean', summary: 'print the results as JSON on stdout' },
  'fail-on': { type: 'string', value: 'warn', summary: 'also exit 1 on a warning' },
  format: { type: 'string', value: 'LIST', summary: 'more reports beside report.html: markdown, junit (comma-separated)' },
  promote: { type: 'boolean', summary: 'promote after a passing gate' },
  ref: { type: 'string', value: 'REF', summary: 'what to fetch, such as flights@production; default the model of the config' },
  path: { type: 'string', value: 'FILE', summary: 'where to put what is fetched' },
  to: { type: 'string', value: 'ALIAS', summary: 'the alias to move; default `promote.to`' },
  version: { type: 'string', value: 'X.Y.Z', summary: 'an existing version to move the alias to' },
  explain: { type: 'boolean', summary: 'print the rule of each check in words before anything is read' },
  'model-file': { type: 'string', value: 'FILE', summary: 'the ONNX model; default the only one here, in models/ or in model/' },
  target: { type: 'string', value: 'COLUMN', summary: 'the column that the model predicts; default the one that can be nothing else' },
  name: { type: 'string', value: 'NAME', summary: 'what the model is called in the config' },
  workflow: { type: 'boolean', summary: 'also write .github/workflows/modelgate.yml, if it is not there' },
  key: { type: 'string', value: 'KEY', summary: 'which sticky comment: one comment per key' },
} as const satisfies Record<string, { type: 'string' | 'boolean'; value?: string; summary: string }>
export type OptionName = keyof typeof options

interface Verb {
  readonly summary: string
  /** words it takes beside its options */
  readonly words?: string
  readonly options: readonly OptionName[]
}

const everywhere = ['config', 'model', 'out', 'base', 'json', 'fail-on'] as const

export const verbs = {
  init: {
    summary: 'write a first config with a first data contract, of data files and a model',
    words: '[[ROLE=]DATA …]',
    options: ['config', 'model-file', 'target', 'name', 'workflow', 'json'],
  },
  run: {
    summary: 'the whole pipeline: validate, train or fetch, evaluate, drift, gate',
    options: [...everywhere, 'format', 'promote', 'key'],
  },
  validate: { summary: 'is the data what the model expects? writes the profile', options: [...everywhere, 'explain'] },
  train: { summary: 'make the model, and record what made it', options: everywhere },
  fetch: { summary: 'get a model that exists already, verified', options: [...everywhere, 'ref', 'path'] },
  evaluate: { summary: 'is the model good enough, and not worse than the baseline?', options: [...everywhere, 'explain'] },
  drift: { summary: 'has the data moved since the model was trained?', options: [...everywhere, 'explain'] },
  gate: { summary: 'fold the results into one verdict and write the report', options: [...everywhere, 'format', 'explain'] },
  comment: { summary: 'tell the reviewers: one sticky comment', options: [...everywhere, 'key'] },
  promote: { summary: 'release the gated model and move its alias', options: [...everywhere, 'to', 'version'] },
  rollback: { summary: 'move an alias back', options: [...everywhere, 'to', 'version'] },
} as const satisfies Record<StageName | 'run' | 'init', Verb>
export type VerbName = keyof typeof verbs

/** Verbs of the public contract that this version does not have. */
export const laterVerbs = ['inspect', 'list', 'history', 'doctor'] as const

export const isVerb = (word: string): word is VerbName => word in verbs && Object.hasOwn(verbs, word)
export const isStage = (verb: VerbName): verb is StageName => stageNames.some((name) => name === verb)

const pad = (text: string, width: number) => text.padEnd(width)

export function help(verb: VerbName | null): string {
  const names: readonly OptionName[] = verb === null ? [] : verbs[verb].options
  const entry: Verb | null = verb === null ? null : verbs[verb]
  const head =
    verb === null
      ? [
          'modelgate: gate a machine-learning model on its data, its evaluation and its drift.',
          '',
          'Usage: modelgate <verb> [options]',
          '',
          ...Object.entries(verbs).map(([name, entry]) => `  ${pad(name, 10)} ${entry.summary}`),
          '',
          'Options of a verb: modelgate <verb> --help. Version: modelgate --version.',
        ]
      : [
          `modelgate ${verb}: ${verbs[verb].summary}`,
          '',
          ...(entry?.words === undefined ? [] : [`Usage: modelgate ${verb} ${entry.words} [options]`, '']),
          ...names.map((name) => {
            const option: { type: string; value?: string; summary: string } = options[name]
            return `  ${pad(`--${name}${option.value ? ` ${option.value}` : ''}`, 20)} ${option.summary}`
          }),
        ]
  return [...head, '', 'Exit status: 0 pass or warn; 1 the gate failed; 2 it could not be decided.', ''].join('\n')
}
