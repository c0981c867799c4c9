/**
 * Every action: what it is called, what it takes, what it gives. action.yml, the tables of the READMEs and the reading of inputs are made
 * from this; `uses: OWNER/modelgate/<name>@v1` runs `dist/<name>.js`, which runs the stage of that name.
 */
import type { StageName } from '../core/schema/result.ts'

export interface InputSpec {
  readonly description: string
  /** what stands when it is not given, or given empty; null: nothing */
  readonly default: string | null
  /** true: given empty means none, instead of the default */
  readonly emptyMeansNone?: boolean
  /** the only words allowed */
  readonly allowed?: readonly string[]
}

export interface ActionSpec {
  readonly title: string
  readonly description: string
  readonly icon: string
  readonly inputs: readonly InputName[]
}

export const inputs = {
  config: {
    description: 'Path of modelgate.yml, relative to `working-directory`.',
    default: 'modelgate.yml',
  },
  model: {
    description: 'Key of one model in the config. Default is every model, in file order.',
    default: null,
  },
  'working-directory': {
    description: 'Folder to work in, relative to the workspace.',
    default: '.',
  },
  out: {
    description: 'Folder for results, relative to `working-directory`. It git-ignores itself. All stages of one run need the same.',
    default: '.modelgate',
  },
  'on-fail': {
    description: '`fail` makes this step fail on verdict fail or error; `continue` records it for the gate and stays green.',
    default: 'fail',
    allowed: ['fail', 'continue'],
  },
  'github-token': {
    description:
      'Token for the policy of the base, the ledger, releases and comments of this repository. A pull request needs it. Empty elsewhere: the git remote of the config is used instead.',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: an expression of the runner's
    default: '${{ github.token }}',
    emptyMeansNone: true,
  },
  ref: {
    description: 'What to fetch, such as `flights@production`. Default is the `model:` of the config.',
    default: null,
  },
  path: {
    description: 'Where to put what is fetched, relative to the config. Default is a place in the out folder.',
    default: null,
  },
  'fail-on': {
    description: '`warn` makes the gate fail on a warning too.',
    default: 'fail',
    allowed: ['fail', 'warn'],
  },
  artifact: {
    description: 'Name of the workflow artifact for the reports and results. Empty: none is uploaded.',
    default: 'modelgate-report',
    emptyMeansNone: true,
  },
  key: {
    description: 'Key of the sticky comment: one comment a key and pull request. Give each leg of a matrix its own.',
    default: null,
  },
  to: {
    description: 'The alias to move. Default is `promote.to` of the config.',
    default: null,
  },
  version: {
    description:
      'An existing version, such as `1.4.0`, to move the alias to. Default is the candidate (promote), or the version before (rollback).',
    default: null,
  },
} as const satisfies Record<string, InputSpec>
export type InputName = keyof typeof inputs

const everywhere = ['config', 'model', 'working-directory', 'out'] as const

export const actions: Readonly<Record<StageName, ActionSpec>> = {
  validate: {
    title: 'Modelgate validate',
    description: 'Is the data what the model expects? Checks the data contract and writes an aggregate profile, never rows.',
    icon: 'check-square',
    inputs: [...everywhere, 'on-fail', 'github-token'],
  },
  train: {
    title: 'Modelgate train',
    description: 'Makes the model with your command or a builtin, and records what made it. Unchanged inputs are not trained again.',
    icon: 'cpu',
    inputs: [...everywhere, 'on-fail', 'github-token'],
  },
  fetch: {
    title: 'Modelgate fetch',
    description: 'Gets a model that exists already, such as flights@production, and verifies it before it lands.',
    icon: 'download',
    inputs: [...everywhere, 'ref', 'path', 'on-fail', 'github-token'],
  },
  evaluate: {
    title: 'Modelgate evaluate',
    description: 'Is the model good enough, and not worse than the baseline? Scores both on the same rows and compares them in pairs.',
    icon: 'bar-chart-2',
    inputs: [...everywhere, 'on-fail', 'github-token'],
  },
  drift: {
    title: 'Modelgate drift',
    description: "Has the data moved since the model was trained? Compares current data with the model's training profile.",
    icon: 'activity',
    inputs: [...everywhere, 'on-fail', 'github-token'],
  },
  gate: {
    title: 'Modelgate gate',
    description: 'What is the verdict? Folds the results of this run into one, writes the reports, and fails the job when it must.',
    icon: 'shield',
    inputs: [...everywhere, 'fail-on', 'artifact', 'github-token'],
  },
  comment: {
    title: 'Modelgate comment',
    description: 'Tells the reviewers: one sticky comment on the pull request, created once, updated after.',
    icon: 'message-square',
    inputs: [...everywhere, 'key', 'github-token'],
  },
  promote: {
    title: 'Modelgate promote',
    description: 'Releases the gated model: files and digests first, the alias last. Refuses without a passing gate of these very bytes.',
    icon: 'upload-cloud',
    inputs: [...everywhere, 'to', 'version', 'github-token'],
  },
  rollback: {
    title: 'Modelgate rollback',
    description: 'Moves an alias back to the version before, or to a named one, and records it in the ledger.',
    icon: 'rotate-ccw',
    inputs: [...everywhere, 'to', 'version', 'github-token'],
  },
}

/** The same for every action, set on every path. */
export const outputs = {
  verdict: '`pass`, `warn`, `fail`, `error` or `skipped`; of several models the worst. Set on every path.',
  passed: "`true` for pass and warn, otherwise `false`. Test it with `== 'true'`.",
  degraded: 'What beside the verdict could not be done, such as `comment`: names with commas between. Usually empty.',
  'result-path': 'Path of the result, or of an index of results when there are several models. Empty when none was written.',
} as const
export type OutputName = keyof typeof outputs
