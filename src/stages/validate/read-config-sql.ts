/** What a config says in SQL and in patterns, tried before any data is read: its faults are the config's, not the data's. */

import { sqlTexts } from '../../core/checks/ask.ts'
import { isPlainPattern } from '../../core/checks/plain-pattern.ts'
import { checkId } from '../../core/checks/report.ts'
import { findCheck } from '../../core/checks/table.ts'
import { parseQuery, type VerifiedSql, verifySql } from '../../core/checks/user-sql.ts'
import { roles } from '../../core/schema/config.ts'
import { UserError } from '../../errors.ts'
import type { DataEngine } from '../../ports/data-engine.ts'
import type { ModelContext } from '../context.ts'

/** What a query of the config may read: the table judged, and those of the roles. */
const tables: readonly string[] = ['data', ...roles]

/**
 * Every SQL text of the contract, by its text (DAT-05).
 * @throws UserError BAD_SQL, BAD_PATTERN
 */
export async function readConfigSql({ model, ports }: ModelContext): Promise<ReadonlyMap<string, VerifiedSql>> {
  const verified = new Map<string, VerifiedSql>()
  const fine = new Set<string>()
  for (const expectation of model.expect) {
    const entry = findCheck(expectation.check)
    if (entry === null) continue
    for (const { key, text, form } of sqlTexts(expectation, entry)) {
      const [row] = await (await ports.engine()).aggregate(parseQuery(text, form))
      const found = verifySql(String(row?.tree), form, tables)
      if (!found.ok)
        throw new UserError(
          'BAD_SQL',
          `${key} of ${checkId(expectation)}: ${found.why}`,
          form === 'expression'
            ? "write one condition over the columns of a row, such as `status = 'open' AND amount > 0`"
            : `write one SELECT over ${tables.join(', ')}`,
        )
      verified.set(text, found.sql)
    }
    for (const pattern of entry.patterns(expectation.params)) {
      if (fine.has(pattern) || isPlainPattern(pattern)) continue
      await tryPattern(await ports.engine(), pattern, patternPlace(expectation.column, expectation.check))
      fine.add(pattern)
    }
  }
  return verified
}

const patternPlace = (column: string | null, check: string): string =>
  column === null ? `expect.${check}` : `expect.columns.${column}.${check}`

async function tryPattern(engine: DataEngine, pattern: string, place: string): Promise<void> {
  try {
    await engine.aggregate({ sql: `SELECT regexp_full_match('', ?) AS fine`, values: [pattern] })
  } catch (thrown) {
    // no engine, or a cancel: that says nothing of the pattern
    if (!(thrown instanceof UserError) || thrown.code !== 'DATA_UNREADABLE') throw thrown
    throw new UserError(
      'BAD_PATTERN',
      `${place} is not a regular expression of RE2`,
      'RE2 has no look-around and no back-references; see https://github.com/google/re2/wiki/Syntax',
    )
  }
}
