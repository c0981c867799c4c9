/** `evaluate.slices` as it is written → as the program uses it. */
import type { z } from 'zod'
import { isMeasured } from '../evaluate/measured.ts'
import type { DataSpec, MetricSpec, SlicesSpec } from './config.ts'
import type { evaluate } from './evaluate-file.ts'
import { invalid, type Path, type Problem } from './problems.ts'

type File = z.output<typeof evaluate>

/** Rows that a slice has at least when nothing is said. */
const usualRows = 50

export function slicesSpec(file: NonNullable<File['slices']>, data: DataSpec, path: Path, problems: Problem[]): SlicesSpec {
  const by = (file.by ?? []).map((entry) => (typeof entry === 'string' ? [entry] : entry))
  const seen = new Set<string>()
  for (const [i, names] of by.entries()) {
    const key = JSON.stringify([...names].sort())
    if (seen.has(key) || new Set(names).size < names.length) problems.push(invalid([...path, 'by', i], 'This is written twice.'))
    seen.add(key)
    if (data.target !== null && names.includes(data.target))
      problems.push(invalid([...path, 'by', i], 'Rows of one outcome are no slice: the target cannot be one.'))
  }
  const auto = file.auto ?? by.length === 0
  if (!auto && by.length === 0) problems.push(invalid(path, 'Write by: columns, or auto: true.'))
  const metrics = file.metrics ?? []
  for (const { name, metric, auto: history } of metrics) {
    if (isMeasured(metric)) problems.push(invalid([...path, 'metrics', name], 'This is measured of the model, not of rows.'))
    if (history)
      problems.push(invalid([...path, 'metrics', name], 'The ledger keeps no history of slices: write the change that is allowed.'))
  }
  return { by, auto, minRows: file.min_rows ?? usualRows, metrics: metrics satisfies readonly MetricSpec[] }
}
