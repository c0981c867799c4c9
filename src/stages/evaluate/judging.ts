/** How answers of this run are judged: against what, by which numbers of before, at which level. Every run of a model is judged by one and the same. */
import { judgedAs } from '../../core/evaluate/basis.ts'
import { withHistory } from '../../core/evaluate/history.ts'
import { judge } from '../../core/evaluate/judge.ts'
import { isMeasured } from '../../core/evaluate/measured.ts'
import { type HoldoutUses, proofLevel } from '../../core/evaluate/reuse.ts'
import type { Scores } from '../../core/metrics/scores.ts'
import type { MetricSpec } from '../../core/schema/config.ts'
import type { Judged } from '../../core/schema/judged.ts'
import type { ModelContext } from '../context.ts'
import { training } from './assemble-task.ts'
import { byNumbers, type Compared } from './baseline.ts'
import type { JudgedRun } from './confirm.ts'
import type { Decisions } from './decisions.ts'
import { holdoutUses, type LedgerView, ledgerView } from './ledger-view.ts'
import type { Opened } from './open.ts'
import { judgeParts } from './parts.ts'
import type { Passed } from './score-candidate.ts'
import type { Assembled } from './task-scores.ts'

/** One answer of both models to all rows, with what it decides. */
export interface Decided {
  readonly own: Scores
  /** of the baseline on the same rows; null: it has no answers */
  readonly other: Scores | null
  /** before a threshold that was chosen decided */
  readonly assembled: Assembled
}

export function decided(decisions: Decisions, assembled: Assembled): Decided {
  const [own, other = null] = decisions.apply(assembled.models, assembled.pair)
  if (own === undefined) throw new Error('the candidate has no scores')
  return { own, other, assembled }
}

export interface Judging {
  readonly ledger: LedgerView
  readonly uses: HoldoutUses
  readonly basis: Judged['basis']
  /** the baseline, with what may be made of its numbers */
  readonly compared: Compared
  /** the metrics that scores have, with what the ledger has of them */
  readonly specs: readonly MetricSpec[]
  readonly judge: (run: Decided) => Promise<JudgedRun<Decided>>
}

interface Asked {
  readonly opened: Opened
  readonly passed: Passed
  /** fingerprint of the test data */
  readonly holdout: string
  readonly baseline: Compared
  readonly first: Decided
}

/** @throws UserError when the ledger cannot be read and decides something */
export async function openJudging(context: ModelContext, { opened, passed, holdout, baseline, first }: Asked): Promise<Judging> {
  const { model } = context
  const { scorer, rows, task, shown } = opened
  const { engine, table, target } = rows
  const ledger = await ledgerView(context)
  const uses = holdoutUses(ledger, holdout, context)
  const basis = judgedAs(model, { holdout, task, rows: table.rows })
  const { compared, input: numbers } = byNumbers(baseline, basis, model.evaluate.metrics)
  const scored = model.evaluate.metrics.filter(({ metric }) => !isMeasured(metric))
  const specs = withHistory(scored, ledger.state, basis)
  const { missing } = compared
  const asked = {
    missing,
    ...numbers,
    specs,
    proof: proofLevel(uses, scorer.digest),
    usualToo: model.evaluate.usualToo ?? false,
    mode: model.evaluate.mode,
    training: await training(context, target.columns, first.own, first.assembled, passed.truth),
    policy: { onInconclusive: model.gate.onInconclusive, onMissing: model.baseline.onMissing },
    groupName: model.data.group,
  }
  return {
    ledger,
    uses,
    basis,
    compared,
    specs,
    judge: async (run) => {
      const judged = judge({ ...asked, candidate: run.own, baseline: run.other })
      const parts = await judgeParts(context, { engine, table, shown: shown.data, own: run.own, other: run.other, missing, judged })
      return { judged, parts, answers: run }
    },
  }
}
