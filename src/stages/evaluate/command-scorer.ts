/**
 * `score: {run: …}`: a command of the user answers the rows. It is given the model's path ($MODEL), a private file with every column of the
 * rows but the target and the weight ($DATA), and the place of its answers ($OUT), and runs as a training command does: allow-listed
 * environment, no shell unless asked, nothing of ours within reach that it could change unseen. The baseline is asked with the same command.
 */
import { join } from 'node:path'
import { quoted } from '../../core/onnx/inspect.ts'
import { outOf } from '../../core/report/format.ts'
import type { RowFormat, ScoreSpec } from '../../core/schema/config.ts'
import { targetColumns } from '../../core/schema/target-columns.ts'
import { UserError } from '../../errors.ts'
import { type DataEngine, quoteName, type Table } from '../../ports/data-engine.ts'
import type { ModelContext } from '../context.ts'
import { guardResults } from '../guard-results.ts'
import { runCommand } from '../run-command.ts'
import { answersTo } from './answers.ts'
import { readBeside } from './read-beside.ts'
import { answeredElsewhere, type ModelFile, type Scored, type ScoreRequest, type Scorer } from './scorer.ts'

export const commandScorer = (context: ModelContext, spec: Extract<ScoreSpec, { kind: 'run' }>, model: ModelFile): Scorer =>
  answeredElsewhere(model, (request) => score(context, spec, model, request))

async function score(
  context: ModelContext,
  spec: Extract<ScoreSpec, { kind: 'run' }>,
  model: ModelFile,
  request: ScoreRequest,
): Promise<Scored> {
  const { engine, table, shown } = request
  const { files } = context.ports
  const { id } = context.model.data
  const ids = await readBeside(request, id !== null && table.columns.some(({ name }) => name === id) ? id : null)
  const format = spec.format ?? (table.format === 'parquet' ? 'parquet' : 'csv')
  await using folder = await files.temporaryFolder()
  const variables = { MODEL: model.path, DATA: join(folder.path, `data.${format}`), OUT: join(folder.path, 'answers') }
  await engine.writeRows(table, await given(context, engine, table, format, shown.data), variables.DATA, format)
  const commands = await context.ports.commands()
  const start = context.clock.elapsed()
  await guardResults(context, 'scoring', () => runCommand(context, spec.command, commands, { what: 'scoring', key: 'score', variables }))
  const milliseconds = context.clock.elapsed() - start
  await demandUnchanged(context, model)
  if ((await files.digest(variables.OUT)) === null)
    throw new UserError(
      'PREDICTIONS_MISSING',
      `the scoring command ended well for ${shown.model}, but left no file at $OUT`,
      'make it write its answers there, as CSV, Parquet or JSON lines',
    )
  const called = `$OUT of the scoring command (${shown.model})`
  const answers = await engine.open({ files: [{ path: variables.OUT, shown: called }], format: null })
  const answered = await answersTo(context.model, request, { answers, ids, spare: 0, shown: called })
  return { ...answered, milliseconds, renamed: [] }
}

/** What a spreadsheet takes for the beginning of a formula, and the wide forms that it makes plain (OWASP, CSV injection). */
const formula = /^[=+\-@\t\r\n\uFF1D\uFF0B\uFF0D\uFF20]/
const formulaSql = '^[=+\\-@\\t\\r\\n\\x{FF1D}\\x{FF0B}\\x{FF0D}\\x{FF20}]'
const beginnings = '=, +, -, @, a tab or a return'
const asParquet = 'hand the rows over as Parquet: score: {format: parquet}'

/**
 * What the command may see. A CSV with text that a spreadsheet would run as a formula would have to be changed to be harmless, and then the
 * model would be asked about other data: it is refused instead (DAT-11).
 */
async function given(
  { model: { data } }: ModelContext,
  engine: DataEngine,
  table: Table,
  format: RowFormat,
  shown: string,
): Promise<readonly string[]> {
  const withheld = new Set([...targetColumns(data), data.weight])
  const columns = table.columns.filter(({ name }) => !withheld.has(name))
  if (columns.length === 0)
    throw new UserError('COLUMNS_MISSING', `${shown} has no column beside the target, so there is nothing to score`, 'add the features')
  const named = format === 'csv' ? columns.find(({ name }) => formula.test(name)) : undefined
  if (named !== undefined)
    throw new UserError(
      'COLUMN_UNFIT',
      `the name ${quoted(named.name)} of ${shown} begins with ${beginnings}, which no CSV is written with`,
      asParquet,
    )
  const texts = format === 'csv' ? columns.filter(({ kind }) => kind === 'string' || kind === 'other') : []
  if (texts.length > 0) {
    const counts = texts.map(({ name }, at) => `count_if(regexp_matches(CAST(${quoteName(name)} AS VARCHAR), '${formulaSql}')) AS c${at}`)
    const [row] = await engine.aggregate({ sql: `SELECT ${counts.join(', ')} FROM ${table.relation}` })
    for (const [at, { name }] of texts.entries()) {
      const found = Number(row?.[`c${at}`] ?? 0)
      if (found === 0) continue
      throw new UserError(
        'COLUMN_UNFIT',
        `${quoted(name)} of ${shown} begins with ${beginnings} in ${outOf(found, table.rows)}, which no CSV is written with`,
        asParquet,
      )
    }
  }
  return columns.map(({ name }) => name)
}

async function demandUnchanged({ ports: { files } }: ModelContext, { path, digest, shown }: ModelFile): Promise<void> {
  if ((await files.digest(path))?.digest === digest) return
  throw new UserError(
    'MODEL_CHANGED',
    `${shown} was changed while the scoring command ran`,
    'let the command read its model and write to $OUT alone',
  )
}
