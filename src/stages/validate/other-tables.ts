/** Tables that a check names under `other` and that are no role, such as the shops that keys must be of: files, opened once each. */
import type { TableFacts } from '../../core/checks/facts.ts'
import { plural } from '../../core/report/format.ts'
import { type Expectation, roles } from '../../core/schema/config.ts'
import { type Check, type InputRecord, makeCheck } from '../../core/schema/result.ts'
import { UserError } from '../../errors.ts'
import type { ModelContext } from '../context.ts'
import { inputRecords, openSource } from '../open-data.ts'
import { tableFacts } from '../table-facts.ts'

export interface OtherTables {
  /** by the path as written */
  readonly tables: ReadonlyMap<string, TableFacts>
  readonly inputs: readonly InputRecord[]
  readonly checks: readonly Check[]
}

/** A file that cannot be read is an error of its own; the checks that need it are skipped. */
export async function openOthers(context: ModelContext, expectations: readonly Expectation[]): Promise<OtherTables> {
  const tables = new Map<string, TableFacts>()
  const inputs: InputRecord[] = []
  const checks: Check[] = []
  for (const path of new Set(expectations.flatMap(({ params: { other } }) => (isFile(other) ? [other] : [])))) {
    const id = `validate.read:${path}`
    try {
      const table = await openSource(context, { kind: 'files', paths: [path], format: null, sha256: null }, 'other')
      tables.set(path, tableFacts(table, path))
      inputs.push(...(await inputRecords('other', table)))
      const message = `${path}: ${plural(table.rows, 'row')} and ${plural(table.columns.length, 'column')} were read`
      checks.push(makeCheck({ id, status: 'pass', effect: 'pass', n: table.rows, message }))
    } catch (thrown) {
      if (!(thrown instanceof UserError)) throw thrown
      checks.push(makeCheck({ id, status: 'error', effect: 'error', message: `${thrown.code}: ${thrown.message}`, fix: thrown.fix }))
    }
  }
  return { tables, inputs, checks }
}

const isFile = (other: unknown): other is string => typeof other === 'string' && !roles.some((role) => role === other)
