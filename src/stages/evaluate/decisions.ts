/**
 * What a decision is worth, and from which probability on the answer is yes: both turn scores into decisions, and both are read from the data. A threshold that is
 * to be chosen is chosen for each model by the same rule, on rows that are not those of the test; the baseline is asked while its session is open.
 */
import { type Best, bestThreshold } from '../../core/evaluate/best-threshold.ts'
import type { BinaryScores, ScoredTask, Scores, Worth } from '../../core/metrics/scores.ts'
import { quoted } from '../../core/onnx/inspect.ts'
import { count, figure, outOf, plural } from '../../core/report/format.ts'
import type { EvaluateDetails } from '../../core/schema/evaluate-details.ts'
import type { Check } from '../../core/schema/result.ts'
import { valueThreshold } from '../../core/stats/value-threshold.ts'
import { UserError } from '../../errors.ts'
import type { DataEngine, Table } from '../../ports/data-engine.ts'
import type { ModelContext } from '../context.ts'
import { binaryScores } from './assemble.ts'
import { readTogether } from './column-reader.ts'
import { openLabelled } from './open-labelled.ts'
import { RowFacts } from './row-facts.ts'
import type { Scorer } from './scorer.ts'
import { positiveOf } from './truth.ts'
import { TruthReader } from './truth-reader.ts'

const batchRows = 65_536

interface Chosen extends Best {
  readonly rows: number
  /** rows without a final label */
  readonly leftOut: number
}

export class Decisions {
  readonly #context: ModelContext
  readonly #engine: DataEngine

  readonly #yes: Float64Array | null
  #own: Chosen | null = null
  #other: Chosen | null = null

  private constructor(context: ModelContext, engine: DataEngine, yes: Float64Array | null) {
    this.#context = context
    this.#engine = engine

    this.#yes = yes
  }

  /** @throws UserError METRIC_UNSUITED, COLUMNS_MISSING, VALUE_INVALID */
  static async open(context: ModelContext, engine: DataEngine, table: Table, task: ScoredTask, shown: string): Promise<Decisions> {
    const { value = null, chooseThreshold = null } = context.model.evaluate
    if (task !== 'binary' && (value !== null || chooseThreshold !== null)) {
      const key = value === null ? 'evaluate.threshold' : 'evaluate.value'
      throw new UserError(
        'METRIC_UNSUITED',
        `${key} does not suit a ${task} task`,
        'take it out: decisions between two labels have a threshold and a value',
      )
    }
    const yes = value?.column ? await readYes(engine, table, value.column, shown) : null
    return new Decisions(context, engine, yes)
  }

  /** Chooses for the candidate, or for the baseline while it is open. */
  async choose(scorer: Scorer, shown: string, which: 'candidate' | 'baseline'): Promise<void> {
    const chosen = await this.#chosen(scorer, shown)
    if (which === 'candidate') this.#own = chosen
    else this.#other = chosen
  }

  async #chosen(scorer: Scorer, shown: string): Promise<Chosen | null> {
    const { model } = this.#context
    const wanted = model.evaluate.chooseThreshold ?? null
    if (wanted === null) return null
    const { table, target, shown: data, counted, rowsRead } = await openLabelled(this.#context, wanted.on)
    const truth = new TruthReader(table, target.columns, 'binary', null, data)
    const facts = new RowFacts(table, { ...model.data, group: null }, data)
    const answered = await scorer.score({
      engine: this.#engine,
      table,
      task: 'binary',
      shown: { model: shown, data },
      beside: readTogether(truth, facts),
    })
    const positive = positiveOf(truth.coded, model.data)
    const column = model.evaluate.value?.column ?? null
    const worth = this.#worth(
      [...truth.coded.names.filter((label) => label !== positive), positive],
      column === null ? null : await readYes(this.#engine, table, column, data),
    )
    const scores = { ...binaryScores(truth.coded, positive, 0.5, answered), ...facts.counted, worth }
    const best = bestThreshold(scores, wanted.maximize)
    if (best === null)
      throw new UserError(
        'THRESHOLD_UNKNOWN',
        `${shown} gives labels without probabilities, so no threshold can be chosen`,
        'export it with probabilities, or take evaluate.threshold out',
      )
    return { ...best, rows: counted, leftOut: rowsRead - table.rows }
  }

  /** The scores with what they decide and what that is worth, candidate first. */
  apply<T extends Scores>(models: readonly T[], pair: readonly string[] | null): readonly (T | BinaryScores)[] {
    const worth = this.#worth(pair ?? [], this.#yes)
    return models.map((scores, at): T | BinaryScores => {
      const chosen = at === 0 ? this.#own : this.#other
      const valued = worth === null ? scores : { ...scores, worth }
      if (chosen === null || valued.task !== 'binary' || valued.score === null) return valued
      const from = chosen.threshold ?? Number.POSITIVE_INFINITY
      return { ...valued, predicted: Uint8Array.from(valued.score, (p) => (p >= from ? 1 : 0)) }
    })
  }

  #worth(classes: readonly string[], yes: Float64Array | null): Worth | null {
    const { value = null } = this.#context.model.evaluate
    if (value === null) return null
    if (yes !== null) return { kind: 'rows', yes }
    if (value.binary) return { kind: 'table', values: Float64Array.of(value.binary.tn, value.binary.fp, value.binary.fn, value.binary.tp) }
    const { matrix } = value
    if (matrix === null) return null
    const known = new Set(classes)
    const strange = Object.entries(matrix).filter(
      ([truth, row]) => !known.has(truth) || Object.keys(row).some((label) => !known.has(label)),
    )
    if (strange.length > 0) {
      throw new UserError(
        'VALUE_INVALID',
        `evaluate.value.matrix names ${strange.length} ${strange.length === 1 ? 'label' : 'labels'} that neither the data nor the model knows`,
        'write the labels as the target has them',
      )
    }
    return { kind: 'table', values: Float64Array.from(classes.flatMap((truth) => classes.map((label) => matrix[truth]?.[label] ?? 0))) }
  }

  /** Which threshold decided; where the model would earn most on the evaluated rows, which nobody may choose by. */
  details(own: Scores): Pick<EvaluateDetails, 'threshold' | 'decisions'> {
    const { threshold, value = null, chooseThreshold = null } = this.#context.model.evaluate
    const used = this.#own === null ? threshold : this.#own.threshold
    // of other tasks nothing is decided by one
    if (value === null && chooseThreshold === null)
      return { threshold: own.task === 'binary' || own.task === 'multilabel' ? threshold : null }
    const best = own.task === 'binary' && value !== null ? bestThreshold(own, 'value') : null
    const calibrated = value?.binary ? valueThreshold(value.binary) : null
    const money = value?.currency ? ` ${value.currency}` : ''
    const notes: string[] = []
    if (chooseThreshold !== null && this.#own !== null) {
      const before = this.#other === null ? '' : `, of the baseline ${said(this.#other.threshold)} by the same rule`
      notes.push(
        `threshold ${said(this.#own.threshold)} chosen for ${chooseThreshold.maximize} on ${plural(this.#own.rows, 'row')} of data.${chooseThreshold.on}${young(this.#own.leftOut)}${before}`,
      )
    }
    if (best !== null) {
      const theory = calibrated === null ? '' : `; calibrated probabilities would earn most at ${figure(calibrated)}`
      notes.push(
        `the model earns most at threshold ${said(best.threshold)}: ${figure(best.value)}${money} per 1,000 decisions on these rows${theory}`,
      )
    } else if (value !== null) notes.push(`value in${money || ' the unit of the config'} per 1,000 decisions`)
    return {
      threshold: used,
      decisions: {
        chosen:
          chooseThreshold === null || this.#own === null
            ? null
            : {
                on: chooseThreshold.on,
                maximize: chooseThreshold.maximize,
                rows: this.#own.rows,
                value: this.#own.value,
                baseline: this.#other?.threshold ?? null,
              },
        value:
          value === null ? null : { currency: value.currency, best: best && { threshold: best.threshold, value: best.value }, calibrated },
        notes,
      },
    }
  }

  /** A value is money: said in the message, with what it is of. */
  spoken(checks: readonly Check[]): readonly Check[] {
    const { value = null, metrics } = this.#context.model.evaluate
    if (value === null) return checks
    const names = new Set(metrics.filter(({ metric }) => metric === 'value').map(({ name }) => name))
    const unit = `${value.currency === null ? '' : `${value.currency} `}per 1,000 decisions`
    return checks.map((check) =>
      check.metric !== null && names.has(check.metric) ? { ...check, message: `${check.message.replace(/\.$/, '')}. In ${unit}.` } : check,
    )
  }
}

const said = (threshold: number | null): string => (threshold === null ? 'above every score (never a yes)' : figure(threshold))

const young = (rows: number): string => (rows === 0 ? '' : ` (${count(rows)} younger than data.label_delay left out)`)

async function readYes(engine: DataEngine, table: Table, name: string, shown: string): Promise<Float64Array> {
  const column = table.columns.find((one) => one.name === name)
  if (column === undefined || !['integer', 'float', 'decimal'].includes(column.kind)) {
    throw new UserError(
      'COLUMNS_MISSING',
      `${shown} has no column of numbers ${quoted(name)}, which is evaluate.value.column`,
      'correct evaluate.value.column, or add the column',
    )
  }
  const values = new Float64Array(table.rows)
  let from = 0
  let broken = 0
  for await (const { rows, columns } of engine.batches(table, [name], { size: batchRows, numeric: [name] })) {
    for (let row = 0; row < rows; row += 1) {
      const value = Number(columns[0]?.[row] ?? Number.NaN)
      if (!Number.isFinite(value)) broken += 1
      values[from + row] = value
    }
    from += rows
  }
  if (broken > 0)
    throw new UserError(
      'VALUE_INVALID',
      `${quoted(name)} of ${shown}, which is evaluate.value.column, is missing or no number in ${outOf(broken, table.rows)}`,
      'give every row its value',
    )
  return values
}
