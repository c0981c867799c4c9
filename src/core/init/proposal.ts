/** What init proposes for one model, and the lines of a config that say it. */
import { plural } from '../report/format.ts'
import type { Role, Task } from '../schema/config.ts'
import type { ColumnContract } from './infer-column.ts'
import type { Line } from './lines.ts'
import type { TargetGuess } from './target.ts'

export interface Proposal {
  readonly name: string
  readonly model: { readonly path: string; readonly saw: string }
  readonly task: { readonly task: Task; readonly because: string } | null
  readonly sources: readonly { readonly role: Role; readonly paths: readonly string[]; readonly saw: string }[]
  readonly target: TargetGuess | null
  /** the label that counts, where it is neither 1 nor true */
  readonly positive: string | null
  readonly id: { readonly column: string; readonly because: string } | null
  readonly features: { readonly names: readonly string[]; readonly because: string } | null
  readonly sensitive: readonly { readonly column: string; readonly because: string }[]
  readonly rows: { readonly min: number; readonly on: readonly Role[]; readonly saw: string } | null
  readonly columns: readonly ColumnContract[]
  /** no model was there: the builtin one is made of the training data */
  readonly builtin: boolean
  /** what only a person knows: commented lines under `data` */
  readonly open: readonly string[]
  /** keys that are worth knowing: commented lines at the end of the model */
  readonly hints: readonly string[]
}

const head = [
  'The data contract of this file was written by `modelgate init`, of what it saw in the data: the comments say what that was.',
  'Review it: it is yours now. Run again, init adds what is new and leaves everything else as it is.',
]
export const headOf = (): readonly string[] => head

export const columnLine = ({ name, checks, saw }: ColumnContract): Line => ({ key: name, value: checks, comment: saw })

export function sourceLine({ role, paths, saw }: Proposal['sources'][number]): Line {
  return { key: role, value: paths.length === 1 ? (paths[0] ?? '') : paths, comment: saw }
}

export const sensitiveLine = (sensitive: Proposal['sensitive']): Line => ({
  key: 'sensitive',
  items: sensitive.map(({ column, because }) => ({ value: column, comment: because })),
  before: ['never shown, not even as a label'],
})

export function modelLine(proposal: Proposal): Line {
  const { name, model, task, sources, target, positive, id, features, sensitive, rows, columns, builtin, open, hints } = proposal
  const data: readonly Line[] = [
    ...sources.map(sourceLine),
    ...(target === null ? [] : [{ key: 'target', value: target.column, comment: target.because }]),
    ...(positive === null ? [] : [{ key: 'positive', value: positive, comment: 'the label that counts' }]),
    ...(id === null ? [] : [{ key: 'id', value: id.column, comment: id.because }]),
    ...(features === null ? [] : [{ key: 'features', value: features.names, comment: features.because }]),
    ...(sensitive.length === 0 ? [] : [sensitiveLine(sensitive)]),
  ]
  const expect: readonly Line[] = [
    ...(rows === null ? [] : [{ key: 'rows', value: { min: rows.min, on: rows.on }, comment: rows.saw }]),
    {
      key: 'columns',
      lines: columns.map(columnLine),
      before: ['limits of numbers are for you to know: write min: and max: where there are real ones'],
    },
  ]
  return {
    key: name,
    lines: [
      ...(task === null ? [] : [{ key: 'task', value: task.task, comment: task.because }]),
      { key: 'model', value: model.path, comment: model.saw },
      { key: 'data', lines: data, after: open },
      { key: 'expect', lines: expect },
      ...(builtin
        ? [
            {
              key: 'train',
              value: { builtin: 'baseline' },
              comment: 'no model was found: this one is fitted to the data; or {run: python train.py}',
            },
          ]
        : []),
    ],
    after: hints,
  }
}

export const rowsSeen = (tables: readonly { readonly role: Role; readonly rows: number }[]): string =>
  `half of the fewest seen: ${tables.map(({ role, rows }) => `${role} ${plural(rows, 'row')}`).join(', ')}`
