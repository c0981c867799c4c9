/** Whoever answers rows for a model: our own runtime, a command of the user, a file of answers. Everything that scores asks here, and nowhere how. */
import type { ScoredTask } from '../../core/metrics/scores.ts'
import type { GraphFacts } from '../../core/onnx/describe.ts'
import type { InputRecord } from '../../core/schema/result.ts'
import type { DataEngine, Table } from '../../ports/data-engine.ts'
import type { ModelSession } from '../../ports/model-runtime.ts'
import type { Answered } from './assemble.ts'
import type { ColumnReader } from './column-reader.ts'

export interface ScoreRequest {
  readonly engine: DataEngine
  readonly table: Table
  readonly task: ScoredTask
  /** what messages call the model and the data */
  readonly shown: { readonly model: string; readonly data: string }
  /** rows of the same data that are not asked about; default 0 */
  readonly leftOut?: number
  /** ask some rows a second time, where that costs next to nothing */
  readonly twice?: boolean
  /** who keeps columns in the same pass; default nobody */
  readonly beside?: ColumnReader
}

export interface Scored extends Answered {
  readonly milliseconds: number
  /** as in Feed */
  readonly renamed: readonly string[]
  /** files of answers that were read */
  readonly inputs?: readonly InputRecord[]
}

export interface Scorer {
  /** over the bytes of the model's file, as they were when it was opened */
  readonly digest: string
  readonly bytes: number
  /** as the file says them; null: it does not, or nobody looked */
  readonly classLabels: ModelSession['classLabels']
  /** as in ModelSession */
  readonly rewrites: readonly string[]
  /** null: the file was not looked into */
  readonly graph: GraphFacts | null
  /** columns of a one-matrix model, in their order; null: nobody named them, or somebody else feeds it */
  readonly features: readonly string[] | null
  /** our own process that runs the model; null: somebody else does */
  readonly session: ModelSession | null
  score(request: ScoreRequest): Promise<Scored>
  [Symbol.asyncDispose](): Promise<void>
}

/** A file that was looked at. */
export interface ModelFile extends Pick<Scorer, 'digest' | 'bytes' | 'graph'> {
  readonly path: string
  readonly shown: string
}

/** Somebody else answers for this file. */
export const answeredElsewhere = ({ digest, bytes, graph }: ModelFile, score: Scorer['score']): Scorer => ({
  digest,
  bytes,
  classLabels: null,
  rewrites: [],
  graph,
  features: null,
  session: null,
  score,
  [Symbol.asyncDispose]: async () => undefined,
})
