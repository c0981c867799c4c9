/** `drift` as it is written → as the program uses it. Only what was written is there: defaults are the judge's. */
import type { DataSpec, DriftColumn, ModelConfig, Thresholds } from './config.ts'
import type { DriftFile } from './drift-file.ts'
import { invalid, type Path, type Problem } from './problems.ts'

type Drift = ModelConfig['drift']
type Section = Exclude<DriftFile, false>
type Written = { readonly warn?: number | undefined; readonly fail?: number | undefined }

const defaultRows = 5000

export function driftSpec(file: DriftFile | undefined, data: DataSpec, path: Path, problems: Problem[]): Drift {
  if (file === undefined || file === false) return { enabled: file !== false, reference: 'training', columns: {} }
  const families = file.families && familiesOf(file.families, [...path, 'families'], problems)
  if (file.importance !== undefined && !Object.values(file.importance).some((weight) => weight > 0))
    problems.push(invalid([...path, 'importance'], 'No column has a weight above 0.'))
  return {
    enabled: file.enabled ?? true,
    reference: referenceOf(file.reference, data, [...path, 'reference'], problems),
    columns: columnsOf(file.columns ?? {}, [...path, 'columns'], problems),
    ...(file.certainty && { certainty: file.certainty }),
    ...(file.correction && { correction: file.correction }),
    ...(file.min_rows !== undefined && { minRows: file.min_rows }),
    ...(families && { families }),
    ...(file.correlations !== undefined && { correlations: file.correlations }),
    ...(file.classifier !== undefined && { classifier: classifierOf(file.classifier) }),
    ...(file.max_failed_columns !== undefined && { maxFailedColumns: file.max_failed_columns }),
    ...(file.importance && { importance: file.importance }),
    ...(file.blocks && { blocks: file.blocks }),
  }
}

function referenceOf(written: Section['reference'], data: DataSpec, path: Path, problems: Problem[]): Drift['reference'] {
  if (written === undefined) return 'training'
  if (written === 'training' || !('window' in written)) return written
  if (data.time === null) problems.push(invalid(path, 'A window of time needs data.time, the column that says when a row was.'))
  if (data.sources.current?.kind === 'profile')
    problems.push(invalid(path, 'A window of time is taken from the rows of data.current: a profile holds none.'))
  return { kind: 'window', windowMs: written.window, currentMs: written.current ?? written.window / 4 }
}

const thresholds = ({ warn, fail }: Written): Thresholds<number> => ({
  ...(warn !== undefined && { warn }),
  ...(fail !== undefined && { fail }),
})
const says = (limit: Written | undefined) => limit === undefined || limit.warn !== undefined || limit.fail !== undefined

function familiesOf(written: NonNullable<Section['families']>, path: Path, problems: Problem[]): NonNullable<Drift['families']> {
  const found: { -readonly [K in 'features' | 'labels' | 'predictions']?: Thresholds<number> } = {}
  for (const family of ['features', 'labels', 'predictions'] as const) {
    const limit = written[family]
    if (limit === undefined) continue
    if (!says(limit)) problems.push(invalid([...path, family], 'Write warn, fail or both.'))
    found[family] = thresholds(limit)
  }
  return found
}

const classifierOf = (written: boolean | { readonly rows?: number | undefined }): { readonly rows: number } | null =>
  written === false ? null : { rows: written === true ? defaultRows : (written.rows ?? defaultRows) }

function columnsOf(columns: NonNullable<Section['columns']>, path: Path, problems: Problem[]): Drift['columns'] {
  return Object.fromEntries(
    Object.entries(columns).map(([name, column]): [string, DriftColumn] => {
      const { shift, ignore, metric, raw, max_change: change, max_ratio: ratio } = column
      const at = [...path, name]
      const rest = [shift, metric, raw, change, ratio].some((part) => part !== undefined)
      if (!rest && ignore === undefined) problems.push(invalid(at, 'Write shift or ignore.'))
      if (shift !== undefined && ignore === true) problems.push(invalid(at, 'A column that is ignored has no shift.'))
      else if (rest && ignore === true) problems.push(invalid(at, 'A column that is ignored is not measured.'))
      for (const [key, limit] of [
        ['shift', shift],
        ['max_change', change],
        ['max_ratio', ratio],
      ] as const)
        if (!says(limit)) problems.push(invalid([...at, key], 'Write warn, fail or both.'))
      return [
        name,
        {
          ...(shift && { shift: thresholds(shift) }),
          ...(ignore !== undefined && { ignore }),
          ...(metric && { metric }),
          ...(raw !== undefined && { raw }),
          ...(change && { maxChange: thresholds(change) }),
          ...(ratio && { maxRatio: thresholds(ratio) }),
        },
      ]
    }),
  )
}
