/** One pass over the labelled rows: what the candidate answers, and beside it what is kept of each row. */
import { holdoutOf } from '../../core/evaluate/reuse.ts'
import { plural } from '../../core/report/format.ts'
import type { InputRecord } from '../../core/schema/result.ts'
import type { ModelContext } from '../context.ts'
import type { Today } from './changed-rows.ts'
import { readTogether } from './column-reader.ts'
import { TimeReader } from './forecast.ts'
import type { Opened } from './open.ts'
import { testRecords } from './open-labelled.ts'
import { RowFacts } from './row-facts.ts'
import type { Scored } from './scorer.ts'
import { TruthReader } from './truth-reader.ts'
import { UnitReader } from './units.ts'

export interface Passed {
  readonly candidate: Scored
  readonly truth: TruthReader
  readonly facts: RowFacts
  readonly units: UnitReader
  readonly times: TimeReader
}

/** @throws UserError COLUMNS_MISSING, and what scoring throws */
export async function scoreCandidate({ model, progress }: ModelContext, { scorer, rows, task, shown }: Opened): Promise<Passed> {
  const { engine, table, target, rowsRead } = rows
  progress.say(`${model.name}: scoring ${plural(table.rows, 'row')} with ${shown.model}`)
  const truth = new TruthReader(table, target.columns, task, model.data.id, shown.data)
  const facts = new RowFacts(table, model.data, shown.data)
  const units = new UnitReader(table, model)
  const times = new TimeReader(table, task === 'forecasting' ? model.data : null, shown.data)
  const beside = readTogether(truth, facts, times, units)
  const candidate = await scorer.score({ engine, table, task, twice: true, leftOut: rowsRead - table.rows, shown, beside })
  return { candidate, truth, facts, units, times }
}

/** The data of this run by its digests, once it has been read. */
export async function holdoutToday({
  rows: { engine, table, all, rowsRead },
}: Opened): Promise<Today & { readonly tests: readonly InputRecord[] }> {
  const tests = await testRecords(table, rowsRead)
  return { engine, all, holdout: holdoutOf(tests) ?? '', rows: table.rows, tests }
}
