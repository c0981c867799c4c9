/** Every check of `expect`, in the order in which docs and config show them. What an entry is: entry.ts. */
import { alikeChecks } from './entries/alike.ts'
import { beyondChecks } from './entries/beyond.ts'
import { categoryChecks } from './entries/categories.ts'
import { basicChecks } from './entries/columns-basic.ts'
import { dateChecks } from './entries/columns-dates.ts'
import { distinctChecks } from './entries/columns-distinct.ts'
import { figureChecks } from './entries/columns-figures.ts'
import { jsonChecks } from './entries/columns-json.ts'
import { missingChecks } from './entries/columns-missing.ts'
import { nestedChecks } from './entries/columns-nested.ts'
import { outlierChecks } from './entries/columns-outliers.ts'
import { rangeChecks } from './entries/columns-range.ts'
import { textChecks } from './entries/columns-text.ts'
import { crossChecks } from './entries/cross.ts'
import { customChecks } from './entries/custom.ts'
import { featureChecks } from './entries/features.ts'
import { integrityChecks } from './entries/integrity.ts'
import { leakageChecks } from './entries/leakage.ts'
import { privacyChecks } from './entries/privacy.ts'
import { rowChecks } from './entries/row-rules.ts'
import { schemaChecks } from './entries/schema.ts'
import { servingChecks } from './entries/serving.ts'
import { splitChecks } from './entries/split.ts'
import { tableChecks } from './entries/table.ts'
import type { CheckEntry } from './entry.ts'

export const checkTable: readonly CheckEntry[] = [
  ...schemaChecks,
  ...tableChecks,
  ...alikeChecks,
  ...crossChecks,
  ...customChecks,
  ...rowChecks,
  ...privacyChecks,
  ...basicChecks,
  ...missingChecks,
  ...distinctChecks,
  ...rangeChecks,
  ...figureChecks,
  ...outlierChecks,
  ...textChecks,
  ...dateChecks,
  ...nestedChecks,
  ...jsonChecks,
  ...integrityChecks,
  ...leakageChecks,
  ...featureChecks,
  ...splitChecks,
  ...categoryChecks,
  ...beyondChecks,
  ...servingChecks,
]

const byName: ReadonlyMap<string, CheckEntry> = new Map(
  checkTable.flatMap((entry) => [entry.name, ...entry.also].map((name) => [name, entry] as const)),
)

export const findCheck = (name: string): CheckEntry | null => byName.get(name) ?? null
