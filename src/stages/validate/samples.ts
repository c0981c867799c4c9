/**
 * `samples: local`: the first rows that break each rule, for the person at this machine. The file stays in the out folder, which git ignores;
 * no stage reads it, and none puts it into an artifact, a comment or a log (PII-06). Nothing is kept of `sensitive` columns.
 */
import { join } from 'node:path'
import { checkId } from '../../core/checks/report.ts'
import type { DataEngine, Scalar } from '../../ports/data-engine.ts'
import type { ModelContext } from '../context.ts'
import { modelFolder } from '../out-folder.ts'
import type { Judged } from './judge.ts'

const most = 5

export interface Sample {
  readonly check: string
  readonly role: string
  /** counted from 1; null where several files are one table */
  readonly row: number | null
  readonly values: { readonly [column: string]: Scalar }
}

export const samplesPath = (context: ModelContext): string => join(modelFolder(context.out, context.model.name), 'samples.json')

export async function takeSamples(engine: DataEngine, judged: readonly Judged[], sensitive: readonly string[]): Promise<readonly Sample[]> {
  const samples: Sample[] = []
  for (const { plan, table, findings } of judged) {
    for (const finding of findings) {
      if (finding.status !== 'fail') continue
      const broken = plan.brokenRows(finding)
      if (broken === null || broken.columns.length === 0 || broken.columns.some(({ name }) => sensitive.includes(name))) continue
      const cells = broken.columns.map(({ quoted }, index) => `CAST(${quoted} AS VARCHAR) AS c${index}`)
      const rows = await engine.aggregate({
        sql: `SELECT ${table.rowNumber ?? 'NULL'} AS r, ${cells.join(', ')} FROM ${table.relation} WHERE ${broken.condition.sql} LIMIT ${most}`,
        values: broken.condition.values,
      })
      for (const row of rows)
        samples.push({
          check: checkId(finding.expectation),
          role: finding.role,
          row: row.r === null || row.r === undefined ? null : Number(row.r) + 1,
          values: Object.fromEntries(broken.columns.map(({ name }, index) => [name, row[`c${index}`] ?? null])),
        })
    }
  }
  return samples
}

export async function writeSamples(context: ModelContext, samples: readonly Sample[]): Promise<void> {
  const { files } = context.ports
  await files.makeFolder(modelFolder(context.out, context.model.name))
  await files.write(samplesPath(context), `${JSON.stringify({ samples }, null, 2)}\n`)
}
