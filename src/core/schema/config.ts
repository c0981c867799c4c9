/**
 * The config as the program uses it: parsed, defaulted, units resolved. `parse-config.ts` makes it of a `modelgate.yml`.
 * Paths are as written, relative to the config file's folder. Illegal states cannot be written here.
 */

export const tasks = ['binary', 'multiclass', 'multilabel', 'regression', 'forecasting', 'ranking', 'custom'] as const
export type Task = (typeof tasks)[number]

export const roles = ['train', 'validation', 'test', 'current'] as const
export type Role = (typeof roles)[number]

export const dataFormats = ['csv', 'parquet', 'jsonl'] as const
export type DataFormat = (typeof dataFormats)[number]

/** One way to name data. A path means one file, a glob is said. */
export type Source =
  | { readonly kind: 'files'; readonly paths: readonly string[]; readonly format: DataFormat | null; readonly sha256: string | null }
  | { readonly kind: 'glob'; readonly pattern: string; readonly format: DataFormat | null }
  | { readonly kind: 'profile'; readonly path: string }

/** One way to name a model. `model: null` means this model. */
export type ModelRef =
  | { readonly kind: 'path'; readonly path: string }
  | { readonly kind: 'alias'; readonly model: string | null; readonly alias: string }
  | { readonly kind: 'version'; readonly model: string | null; readonly version: string }
  | { readonly kind: 'main' }
  | { readonly kind: 'url'; readonly url: string; readonly sha256: string }
  | { readonly kind: 'artifact'; readonly name: string; readonly path: string | null }

export interface Thresholds<T> {
  readonly warn?: T
  readonly fail?: T
}

export type Change = { readonly kind: 'absolute'; readonly value: number } | { readonly kind: 'relative'; readonly value: number }

/** One way to say a limit: on the level (`min`, `max`), or on the change against the baseline (`maxDrop`, `maxRise`). */
export interface Limits {
  readonly min?: Thresholds<number>
  readonly max?: Thresholds<number>
  readonly maxDrop?: Thresholds<Change>
  readonly maxRise?: Thresholds<Change>
}

export const certainties = ['lenient', 'literal', 'strict'] as const
export type Certainty = (typeof certainties)[number]
export const modes = ['guard', 'point', 'confident_worse', 'non_inferior', 'superior'] as const
export type Mode = (typeof modes)[number]

export interface MetricSpec extends Limits {
  /** shown name: the key in the config */
  readonly name: string
  /** key of the metrics table */
  readonly metric: string
  /** parameters such as `fpr`, `k`, `average` */
  readonly params: { readonly [key: string]: number | string }
  readonly certainty: Certainty
}

export interface Expectation {
  /** key of the checks table: `rows`, `type`, `nulls`, `min`, `max`, `in`, `not_in`, `matches`, `unique`, `duplicates`, `exists`, … */
  readonly check: string
  readonly column: string | null
  readonly params: { readonly [key: string]: unknown }
  readonly severity: 'warn' | 'fail'
  readonly on: readonly Role[]
}

export interface DriftColumn {
  readonly shift?: Thresholds<number>
  readonly ignore?: boolean
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
  readonly positive: string | number | boolean | null
  readonly id: string | null
  readonly time: string | null
  readonly group: string | null
  readonly weight: string | null
  readonly labelDelayMs: number | null
  readonly features: readonly string[] | null
  readonly sensitive: readonly string[]
}

export interface ModelConfig {
  readonly name: string
  readonly task: Task | null
  readonly model: ModelRef
  readonly format: 'onnx' | 'opaque'
  readonly data: DataSpec
  readonly expect: readonly Expectation[]
  readonly train: CommandSpec | BuiltinSpec | null
  readonly evaluate: {
    readonly metrics: readonly MetricSpec[]
    readonly mode: Mode
    readonly threshold: number
    /** the usual metric of the task is judged besides those listed: it was before this change listed any */
    readonly usualToo?: boolean
  }
  /** null: no baseline asked for */
  readonly baseline: {
    readonly from: readonly ModelRef[]
    readonly onMissing: 'pass' | 'warn' | 'fail'
    readonly maxAgeDays: number | null
  }
  readonly drift: {
    readonly enabled: boolean
    readonly reference: 'training' | Source
    readonly columns: Readonly<Record<string, DriftColumn>>
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
  /** sha256 of the config's normalised content, `sha256:…` */
  readonly digest: string
}
