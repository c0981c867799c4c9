/** What init did, for people and for programs. No value of the data is in it. */
import { plural } from '../report/format.ts'
import type { TableSeen } from './seen.ts'

export interface InitOutcome {
  readonly config: string
  readonly written: 'created' | 'extended' | 'unchanged'
  readonly model: { readonly name: string; readonly path: string | null }
  readonly data: readonly (TableSeen & { readonly paths: readonly string[] })[]
  readonly target: { readonly column: string; readonly because: string } | null
  readonly task: string | null
  readonly sensitive: readonly string[]
  /** expectations written, each of which holds on this data */
  readonly expectations: number
  /** `+` what was added, `=` what a person wrote and init would write otherwise */
  readonly changes: readonly string[]
  /** what only a person can say, as a line of the config and why */
  readonly open: readonly { readonly line: string; readonly why: string }[]
  readonly notes: readonly string[]
  readonly evaluate: string | null
  readonly workflow: { readonly path: string; readonly written: boolean } | null
  readonly next: string
}

const mostChanges = 40

export function outcomeText(outcome: InitOutcome): string {
  const { config, written, model, data, target, task, sensitive, expectations, changes, open, notes, evaluate, workflow, next } = outcome
  const row = (name: string, text: string) => `  ${name.padEnd(10)} ${text}`
  const did = {
    created: `${config} was written: model ${model.name}, ${plural(expectations, 'expectation')}, all of which hold on this data.`,
    extended: `${config} was extended: model ${model.name}, ${plural(expectations, 'new expectation')}. Everything that stood there is as it was.`,
    unchanged: `${config} says everything already: it was not touched.`,
  }
  return [
    ...data.map(({ role, paths, rows, columns }) => row(role, `${paths.join(', ')}: ${plural(rows, 'row')}, ${plural(columns, 'column')}`)),
    ...(model.path === null ? [] : [row('model', model.path)]),
    ...(target === null ? [] : [row('target', `${target.column} (${target.because})${task === null ? '' : `, ${task}`}`)]),
    ...(sensitive.length === 0 ? [] : [row('sensitive', `${sensitive.join(', ')}: nothing of their values was written`)]),
    '',
    did[written],
    ...(written === 'created' ? [] : changes.slice(0, mostChanges).map((change) => `  ${change}`)),
    ...(written === 'created' || changes.length <= mostChanges ? [] : [`  … and ${changes.length - mostChanges} more`]),
    ...(workflow === null
      ? []
      : [
          workflow.written
            ? `${workflow.path} was written: put the account that hosts Modelgate in the place of OWNER.`
            : `${workflow.path} is there already: it was not touched.`,
        ]),
    ...(open.length === 0 ? [] : ['', 'For you to say:', ...open.map(({ line, why }) => `  ${line}  # ${why}`)]),
    ...(notes.length === 0 ? [] : ['', 'Seen:', ...notes.map((note) => `  ${note}`)]),
    ...(evaluate === null ? [] : ['', `evaluate would ${evaluate}.`]),
    '',
    `Next: ${next}`,
  ].join('\n')
}
