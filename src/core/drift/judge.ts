/**
 * The drift gate: the training profile of a model against what it meets today, column by column, then all of them together.
 * A column fails only when the change is certain (p adjusted over its family) and large enough to matter (JS*): never on one of them.
 */
import type { Policy } from '../gate/fold.ts'
import { plural } from '../report/format.ts'
import type { DriftDetails } from '../schema/drift-details.ts'
import { type Check, makeCheck } from '../schema/result.ts'
import { benjaminiHochberg, benjaminiYekutieli } from '../stats/multiplicity.ts'
import { type ClassifierOutcome, classifierCheck } from './classifier-check.ts'
import { testedColumn, untestedColumn } from './column-checks.ts'
import { commonBlocks, examine, type Tested } from './examine.ts'
import { questionLevels } from './findings.ts'
import { nothingTested } from './nothing-tested.ts'
import { pairChecks } from './pair-checks.ts'
import { type Certainty, metricP, strictP } from './shift.ts'
import { type Asked, subjects } from './subjects.ts'
import { tableChecks } from './table-checks.ts'
import { certainty, type DriftSettings, families } from './thresholds.ts'

export interface DriftInput extends Asked {
  readonly positive: string | number | boolean | null
  readonly policy: Policy
  /** on a pull request: a fail becomes a warn unless its limit was written */
  readonly capAtWarn: boolean
  /** what `drift` says beside its columns: all of `model.drift` fits */
  readonly settings?: DriftSettings
  /** what `tellApart` found on rows of both sides, where it was asked for */
  readonly classifier?: ClassifierOutcome | null
}

export interface DriftJudgement {
  readonly checks: Check[]
  readonly sameData: boolean
  readonly columns: DriftDetails['columns']
  readonly blocks?: DriftDetails['blocks']
  readonly correlations?: DriftDetails['correlations']
  readonly classifier?: DriftDetails['classifier']
}

export function judgeDrift(input: DriftInput): DriftJudgement {
  if (input.reference.fingerprint === input.current.fingerprint) return sameData(input)
  const { settings = {}, positive } = input
  const asked = subjects(input)
  const found = asked.map((subject) => examine(subject, { positive, settings, columns: asked.length }))
  const tested = found.filter((one): one is Tested => 'shift' in one)
  const sure = certainties(tested, settings)
  const levels = questionLevels(tested.map(({ asked }) => asked))
  const rates = tested.filter((one) => one.rates !== null).length
  const judged = found.map((one) =>
    'shift' in one ? testedColumn(input, one, sure.get(one) ?? undecided, { ...levels, rates }) : untestedColumn(input, one),
  )
  const columns = judged.map(({ row }) => row)
  const pairs = settings.correlations === false ? null : pairChecks(input, tested)
  const blocks = settings.blocks === 'rows' ? null : commonBlocks(input.reference, input.current)
  const ofColumns = judged.flatMap(({ checks }) => checks)
  const checks = [
    ...ofColumns,
    ...(pairs?.checks ?? []),
    ...(input.classifier ? [classifierCheck(input, input.classifier)] : []),
    ...tableChecks({ input, settings, tested, checks: ofColumns, sure }),
  ]
  const untested = found.flatMap((one) => ('shift' in one ? [] : [one]))
  return {
    checks: checks.every(({ status }) => status === 'skipped') ? [nothingTested(input, untested), ...checks] : checks,
    columns,
    sameData: false,
    ...(tested.some(({ unit }) => unit === 'blocks') && { blocks }),
    ...(pairs && { correlations: [...pairs.rows] }),
    ...(input.classifier && { classifier: input.classifier.details }),
  }
}

function sameData({ current }: DriftInput): DriftJudgement {
  const message = `Current and reference are the same ${plural(current.rows, 'row')}: whether the data moved was not looked at.`
  const fix = 'Point data.current at what the model meets today.'
  return {
    checks: [makeCheck({ id: 'drift.same_data', status: 'skipped', effect: 'skipped', n: current.rows, message, fix })],
    columns: [],
    sameData: true,
  }
}

/** Of what was not adjusted: nothing is certain. */
const undecided: Certainty = { q: 1, warn: 1, fail: 1, levels: certainty.shift.features, noticed: 0, least: 0 }

/** Adjusted p of every column, each family for itself. */
function certainties(tested: readonly Tested[], settings: DriftSettings): ReadonlyMap<Tested, Certainty> {
  const adjusted = new Map<Tested, Certainty>()
  for (const family of families) {
    const members = tested.filter(({ subject }) => subject.family === family)
    const corrected = settings.correction === 'by' ? benjaminiYekutieli : benjaminiHochberg
    const adjust = (p: (one: Tested) => number) => corrected(members.map(p))
    const q = adjust(({ shift, limits, asked }) => metricP(shift, limits, asked.reference, asked.current))
    // alone against all others, a column reaches no less than this
    const least = members.map(({ shift }) => Math.min(1, shift.smallest * members.length))
    const strict = settings.certainty === 'strict'
    const beyond = (word: 'warn' | 'fail') =>
      adjust(({ shift, limits }) => {
        const limit = limits[word] ?? limits.fail ?? limits.warn
        return limit === undefined ? 1 : strictP(shift, limits, limit)
      })
    const [warn, fail] = strict ? [beyond('warn'), beyond('fail')] : [q, q]
    const levels = strict ? certainty.strict : certainty.shift[family]
    const noticed = certainty.shift[family].warn
    for (const [i, member] of members.entries())
      adjusted.set(member, { q: q[i] ?? 1, warn: warn[i] ?? 1, fail: fail[i] ?? 1, levels, noticed, least: least[i] ?? 0 })
  }
  return adjusted
}
