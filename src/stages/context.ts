/** Everything a stage may touch, made by the shells. A stage reads no environment, no argv, no clock of its own. */
import type { PolicyOrigin } from '../core/policy/origin.ts'
import type { Config, ModelConfig } from '../core/schema/config.ts'
import type { RunSource, StageName, StageOutput, StageResult } from '../core/schema/result.ts'
import type { CiHost } from '../ports/ci-host.ts'
import type { Clock } from '../ports/clock.ts'
import type { Commands } from '../ports/commands.ts'
import type { DataEngine } from '../ports/data-engine.ts'
import type { Downloads } from '../ports/downloads.ts'
import type { EarlierFiles } from '../ports/earlier-files.ts'
import type { Files } from '../ports/files.ts'
import type { LedgerTransport, ModelStore } from '../ports/ledger.ts'
import type { ModelRuntime } from '../ports/model-runtime.ts'
import type { Progress } from '../ports/progress.ts'

/** Made on first use, so that no stage pays for what it does not touch. */
export interface Ports {
  readonly files: Files
  readonly commands: () => Promise<Commands>
  readonly downloads: () => Promise<Downloads>
  readonly engine: () => Promise<DataEngine>
  readonly runtime: () => Promise<ModelRuntime>
  readonly ledger: () => Promise<LedgerTransport>
  readonly store: () => Promise<ModelStore>
  /** absent: there is no history of this checkout to look into */
  readonly earlier?: () => Promise<EarlierFiles>
}

export interface RunContext {
  /** in effect: where there is a base, its policy */
  readonly config: Config
  /** where the policy in it came from */
  readonly policy?: PolicyOrigin
  /** as the user wrote it, for messages */
  readonly configPath: string
  /** absolute folder of the config: what its paths are relative to */
  readonly root: string
  /** absolute out folder */
  readonly out: string
  readonly source: RunSource
  readonly toolVersion: string
  readonly host: CiHost
  readonly ports: Ports
  readonly clock: Clock
  readonly progress: Progress
  readonly signal: AbortSignal
  /** the parent's environment, of which a train command gets an allow-listed part */
  readonly environment: Readonly<Record<string, string | undefined>>
}

export interface ModelContext extends RunContext {
  readonly model: ModelConfig
  /** what a stage of this model wrote in this run; null when it wrote nothing, or what lies there is not of this run */
  readonly result: (stage: StageName) => Promise<StageResult | null>
}

/** Options a person can give one verb beside the config. */
export interface StageOptions {
  /** fetch: the REF, when not the config's */
  readonly ref?: string
  /** fetch: where to put it */
  readonly path?: string
  /** promote, rollback: the alias */
  readonly to?: string
  /** promote: an existing version; rollback: the version to go back to */
  readonly version?: string
  /** comment: the key of the sticky comment */
  readonly key?: string
  /** validate, evaluate, drift, gate: say every rule in words before anything is read */
  readonly explain?: boolean
  /** gate: what makes it fail besides `fail` */
  readonly failOn?: 'fail' | 'warn'
}

/** What a stage will judge, a line each: of its config alone, nothing is read. */
export type Explain = (model: ModelConfig) => readonly string[]

/** What of it can be decided here, and what is missing: looks at files and the ledger, and judges nothing. */
export type ExplainFacts = (context: RunContext, model: ModelConfig) => Promise<readonly string[]>

/** What a stage will need, begun while the place of its result is made ready. It decides nothing, and whatever is wrong is told by the stage. */
export type Begin = (context: ModelContext) => Promise<void>

/** As both, of a stage of the whole run. */
export type ExplainRun = (context: RunContext, options: StageOptions) => Promise<readonly string[]>

export type ModelStage = (context: ModelContext, options: StageOptions) => Promise<StageOutput>
export type RunStage = (context: RunContext, options: StageOptions) => Promise<StageOutput>
