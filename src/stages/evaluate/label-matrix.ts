/**
 * One number for each label of each row, however an exporter lays it out: [rows, labels], or [labels, rows, 2] as scikit-learn's forests and
 * MultiOutputClassifier have it, where the second of the two is the probability that the label is there.
 */

import { quoted } from '../../core/onnx/inspect.ts'
import { plural } from '../../core/report/format.ts'
import { UserError } from '../../errors.ts'
import type { Tensor } from '../../ports/model-runtime.ts'

interface Wanted {
  readonly name: string
  readonly labels: number
  readonly rows: number
  /** what messages call the model */
  readonly shown: string
}

/** @throws UserError OUTPUT_WIDTH: nothing is read as labels that is not laid out so */
export function labelMatrix(tensor: Tensor | null, { name, labels, rows, shown }: Wanted): Pick<Tensor, 'name' | 'data'> {
  const shape = tensor?.shape ?? []
  const is = (...wanted: readonly number[]) => shape.length === wanted.length && wanted.every((extent, i) => shape[i] === extent)
  if (tensor !== null && is(rows, labels)) return tensor
  if (tensor !== null && is(labels, rows, 2)) {
    const { data } = tensor
    const at = (row: number, label: number) => Number(data[(label * rows + row) * 2 + 1])
    return { name, data: Float64Array.from({ length: rows * labels }, (_, i) => at(Math.floor(i / labels), i % labels)) }
  }
  throw new UserError(
    'OUTPUT_WIDTH',
    `output ${quoted(name)} of ${shown} is [${shape.join(', ')}] for ${plural(rows, 'row')}, and data.target lists ${plural(labels, 'label')}`,
    'export one matrix [rows, labels], its columns in the order of data.target',
  )
}
