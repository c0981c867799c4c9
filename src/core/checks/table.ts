/** Every check of `expect`, in the order in which docs and config show them. What an entry is: entry.ts. */
import { basicChecks } from './entries/columns-basic.ts'
import { categoryChecks } from './entries/categories.ts'
import { customChecks } from './entries/custom.ts'
import { featureChecks } from './entries/features.ts'
import { integrityChecks } from './entries/integrity.ts'
import { schemaChecks } from './entries/schema.ts'
import { servingChecks } from './entries/serving.ts'
import { splitChecks } from './entries/split.ts'
import { tableChecks } from './entries/table.ts'
import type { CheckEntry } from './entry.ts'

export const checkTable: readonly CheckEntry[] = [
  ...schemaChecks,
  ...tableChecks,
  ...customChecks,
  ...basicChecks,
  ...integrityChecks,
  ...featureChecks,
  ...splitChecks,
  ...categoryChecks,
  ...servingChecks,
]

const byName: ReadonlyMap<string, CheckEntry> = new Map(checkTable.map((entry) => [entry.name, entry]))

export const findCheck = (name: string): CheckEntry | null => byName.get(name) ?? null
