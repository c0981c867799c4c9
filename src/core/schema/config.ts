/**
 * The config as the program uses it: parsed, defaulted, units resolved. `parse-config.ts` makes it of a `modelgate.yml`.
 * Paths are as written, relative to the config file's folder. Illegal states cannot be written here.
 */

import type { CalibrationSpec, FairnessSpec, MetricSpec, Mode, SlicesSpec, Thresholds, ValueSpec } from './judging.ts'
import type { ProfileKind } from './profile.ts'

export * from './judging.ts'

export const tasks = ['binary', 'multiclass', 'multilabel', 'regression', 'forecasting', 'ranking', 'custom'] as const
export type Task = (typeof tasks)[number]

export const roles = ['train', 'validation', 'test', 'current'] as const
export type Role = (typeof roles)[number]

export const dataFormats = ['csv', 'parquet', 'jsonl'] as const
export type DataFormat = (typeof dataFormats)[number]

interface Readable {
  readonly format: DataFormat | null
  /** the first line of a CSV is names of columns, although it looks like a row */
  readonly header?: true
}

/** One way to name data. A path means one file, a glob is said. */
export type Source =
  | (Readable & { readonly kind: 'files'; readonly paths: readonly string[]; readonly sha256: string | null })
  | (Readable & { readonly kind: 'glob'; readonly pattern: string })
  | { readonly kind: 'profile'; readonly path: string }

/** One way to name a model. `model: null` means this model. */
export type ModelRef =
  | { readonly kind: 'path'; readonly path: string }
  | { readonly kind: 'alias'; readonly model: string | null; readonly alias: string }
  | { readonly kind: 'version'; readonly model: string | null; readonly version: string }
  | { readonly kind: 'main' }
  | { readonly kind: 'url'; readonly url: string; readonly sha256: string }
  | { readonly kind: 'artifact'; readonly name: string; readonly path: string | null }

/** Accepts one failing check up to a limit, for a while. Counts only from the base ref. */
export interface Waiver {
  readonly model: string
  /** id of the check, or a pattern with `*` */
  readonly check: string
  readonly limit: string | null
  readonly reason: string
  readonly owner: string
  /** last day it holds, ISO date */
  readonly until: string
}

export interface Expectation {
  /** key of the checks table: `rows`, `type`, `nulls`, `min`, `max`, `in`, `not_in`, `matches`, `unique`, `duplicates`, `exists`, … */
  readonly check: string
  readonly column: string | null
  readonly params: { readonly [key: string]: unknown }
  readonly severity: 'warn' | 'fail'
  readonly on: readonly Role[]
  /** tells two of the same check and column apart in the id: `validate.<check>:<name>` */
  readonly name?: string | null
  /** part of the judged rows that must hold the rule, 1 when nothing was written */
  readonly mostly?: number
  /** SQL condition: only these rows are judged */
  readonly where?: string | null
}

/** What is measured of a column, and set against `shift`. `js` (bias-corrected) is the scale of the default limits. */
export const driftMetrics = ['js', 'psi', 'ks', 'wasserstein', 'tvd', 'linf', 'cramers_v', 'null_rate'] as const
export type DriftMetric = (typeof driftMetrics)[number]

/** Of one column, or of all that a pattern such as `price_*` names. */
export interface DriftColumn {
  readonly shift?: Thresholds<number>
  readonly ignore?: boolean
  /** default js */
  readonly metric?: DriftMetric
  /** the bare distance: not bias-corrected, and without asking whether the change is certain */
  readonly raw?: boolean
  /** of a column with two values: the absolute change of the rarer one's rate that is allowed, and the factor */
  readonly maxChange?: Thresholds<number>
  readonly maxRatio?: Thresholds<number>
}

/** Rows of `data.current` by `data.time`: the last `currentMs` against the `windowMs` before them. */
export interface WindowReference {
  readonly kind: 'window'
  readonly windowMs: number
  readonly currentMs: number
}

export interface CommandSpec {
  readonly kind: 'run'
  /** argv when no shell was asked for, else one script */
  readonly argv: readonly string[]
  readonly shell: 'bash' | 'sh' | null
  /** more files whose digests decide whether training is needed */
  readonly inputs: readonly string[]
  /** extra variables let through: exact names or a trailing `*` */
  readonly env: readonly string[]
  readonly timeoutMs: number
}
/** What a command that scores is told: `$MODEL`, `$DATA` and `$OUT`. */
export const scoreVariables = ['MODEL', 'DATA', 'OUT'] as const

export const rowFormats = ['csv', 'parquet'] as const
export type RowFormat = (typeof rowFormats)[number]

/** Who answers rows instead of our own runtime. */
export type ScoreSpec =
  | {
      readonly kind: 'run'
      readonly command: CommandSpec
      /** in which the command gets its rows; null: as the data is stored */
      readonly format: RowFormat | null
    }
  | { readonly kind: 'predictions'; readonly source: Source }
  /** nobody answers rows: numbers that the team's own evaluation wrote */
  | { readonly kind: 'metrics_file'; readonly path: string }

/** Answers of the training framework on the test rows, which the model must give again. */
export interface ParitySpec {
  readonly predictions: Source
  /** of a score or a value; relative to the value where that is larger than 1 */
  readonly maxDifference: number
  /** share of the rows with the same class */
  readonly minAgreement: number
}

export interface BuiltinSpec {
  readonly kind: 'builtin'
  readonly builtin: 'baseline' | 'linear'
}

export interface PromoteSpec {
  readonly to: readonly string[]
  readonly bump: 'auto' | 'major' | 'minor' | 'patch'
  /** worst verdict that may be promoted */
  readonly accept: 'warn' | 'pass'
}

export interface DataSpec {
  readonly sources: Readonly<Partial<Record<Role, Source>>>
  readonly target: string | null
  /** of a multilabel task: one column of 0 and 1 a label, then `target` is null */
  readonly targets?: readonly string[] | null
  readonly positive: string | number | boolean | null
  readonly id: string | null
  readonly time: string | null
  readonly group: string | null
  readonly weight: string | null
  /** of a forecast: how many steps ahead the row was predicted, from 1 on */
  readonly horizon?: string | null
  readonly labelDelayMs: number | null
  readonly features: readonly string[] | null
  readonly sensitive: readonly string[]
  /** kinds of columns that are not to be guessed */
  readonly kinds?: Readonly<Record<string, ProfileKind>>
}

/** A file of `expect.results`. */
export interface ResultsFile {
  readonly path: string
  readonly severity: 'warn' | 'fail'
}

/** What the base had judged, and a task of the head may take away. Never written: said where policy is applied. */
export interface TaskBefore {
  /** `inferred`: the base does not say it, so it is what the target looks like */
  readonly task: Task | 'inferred'
  /** no metric is listed there, so the usual one is judged */
  readonly usual: boolean
}

export interface ModelConfig {
  readonly name: string
  readonly task: Task | null
  readonly model: ModelRef
  readonly format: 'onnx' | 'opaque'
  readonly data: DataSpec
  readonly expect: readonly Expectation[]
  /** rows that break a rule are written into the out folder, for whoever runs this; never without being asked */
  readonly samples?: 'local'
  /** reports of other tools whose checks are judged too */
  readonly results?: readonly ResultsFile[]
  /** no profile of data that nothing is compared with; by default there always is one */
  readonly profile?: 'needed'
  readonly train: CommandSpec | BuiltinSpec | null
  /** null: we run the model ourselves */
  readonly score?: ScoreSpec | null
  readonly evaluate: {
    readonly metrics: readonly MetricSpec[]
    readonly mode: Mode
    readonly threshold: number
    /** the usual metric of the task is judged besides those listed: it was before this change listed any */
    readonly usualToo?: boolean
    /** what the task of a change may take away of what was judged before it */
    readonly taskBefore?: TaskBefore
    /** the threshold is chosen on other rows instead: the one that maximises this metric, or `value` */
    readonly chooseThreshold?: { readonly on: 'validation' | 'train'; readonly maximize: string } | null
    readonly value?: ValueSpec | null
    readonly slices?: SlicesSpec | null
    readonly fairness?: FairnessSpec | null
    readonly calibration?: CalibrationSpec | null
    readonly parity?: ParitySpec | null
    /** of a forecast or a regression: levels of the model's outputs, in their order, when it gives quantiles */
    readonly quantiles?: readonly number[] | null
    /** of these the metrics are made, where a change has added others */
    readonly judgedQuantiles?: readonly number[]
    /** of a forecast: rows of one season */
    readonly season?: number | null
    /** uses of one holdout before the report says that it is worn out, default 50 */
    readonly holdoutBudget?: number
  }
  /** null: no baseline asked for */
  readonly baseline: {
    readonly from: readonly ModelRef[]
    readonly onMissing: 'pass' | 'warn' | 'fail'
    readonly maxAgeDays: number | null
    /** answers of a baseline that nobody can ask; `{version}` in a path is the version that it is of */
    readonly predictions?: Source
  }
  readonly drift: {
    readonly enabled: boolean
    readonly reference: 'training' | Source | WindowReference
    /** names or patterns with `*`; an exact name wins over a pattern, an earlier pattern over a later one */
    readonly columns: Readonly<Record<string, DriftColumn>>
    /** strict: only what is surely beyond the warn limit alarms; default lenient */
    readonly certainty?: 'lenient' | 'strict'
    /** how p-values of a family are adjusted, default bh */
    readonly correction?: 'bh' | 'by'
    /** rows needed on each side, default 100 */
    readonly minRows?: number
    /** limits of a family that replace the default ones: features, labels, predictions */
    readonly families?: Readonly<Partial<Record<'features' | 'labels' | 'predictions', Thresholds<number>>>>
    /** compare rank correlations of pairs, and what classes tell of the label; default true */
    readonly correlations?: boolean
    /** a classifier that tells the two apart, on at most `rows` of each side; off by default */
    readonly classifier?: { readonly rows: number } | null
    /** more columns than this that fail: the dataset fails as a whole too */
    readonly maxFailedColumns?: number | null
    /** weights for one line over all features; never instead of them */
    readonly importance?: Readonly<Record<string, number>>
    /** what is exchanged when rows depend on one another: by default spans of data.time or data.group where they are configured */
    readonly blocks?: 'auto' | 'rows'
  }
  readonly promote: PromoteSpec | null
  readonly gate: { readonly onInconclusive: 'pass' | 'warn' | 'fail'; readonly onDegraded: 'pass' | 'warn' | 'fail' }
  readonly limits: { readonly memoryBytes: number; readonly timeMs: number }
}

export interface LedgerSpec {
  readonly branch: string
  /** a remote's name, a URL or a path of a git repository */
  readonly remote: string
}

export interface Config {
  readonly version: 1
  /** in file order */
  readonly models: readonly ModelConfig[]
  readonly ledger: LedgerSpec
  readonly waivers?: readonly Waiver[]
  /** folders outside the workspace whose files a pull request may have read, as written */
  readonly outside?: readonly string[]
  /** sha256 of the config's normalised content, `sha256:…` */
  readonly digest: string
}
