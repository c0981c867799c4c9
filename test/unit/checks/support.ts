/** Tables and expectations of the tests, and each check's own example as the config's parser reads it. */
import { createHash } from 'node:crypto'
import type { Surroundings } from '../../../src/core/checks/ask.ts'
import type { CheckEntry } from '../../../src/core/checks/entry.ts'
import type { ColumnFacts, StorageKind, TableFacts } from '../../../src/core/checks/facts.ts'
import type { DataSpec, Expectation } from '../../../src/core/schema/config.ts'
import { parseConfig } from '../../../src/core/schema/parse-config.ts'
import { plainData } from '../../support/plain.ts'

export const column = (name: string, kind: StorageKind = 'integer'): ColumnFacts => ({
  name,
  quoted: `"${name.replaceAll('"', '""')}"`,
  kind,
  type: kind.toUpperCase(),
})

export const table = (columns: readonly ColumnFacts[], more: Partial<TableFacts> = {}): TableFacts => ({
  role: 'train',
  relation: 't',
  rowNumber: 'rowid',
  rows: 100,
  untyped: false,
  columnar: false,
  columns,
  ...more,
})

export const expectation = (
  check: string,
  params: Expectation['params'] = {},
  name: string | null = 'a',
  severity: 'warn' | 'fail' = 'fail',
): Expectation => ({ check, column: name, params, severity, on: ['train'] })

export const data = (more: Partial<DataSpec> = {}): DataSpec => plainData({ target: 'y', ...more })

export const around = (more: Partial<Surroundings> = {}): Surroundings => ({
  others: new Map(),
  reference: null,
  data: data(),
  now: '2026-06-01T12:00:00Z',
  verified: new Map(),
  ...more,
})

const hash = (text: string) => createHash('sha256').update(text).digest('hex')

/** What `expect` makes of a text, all roles configured. */
export const expectationsOf = (text: string): readonly Expectation[] =>
  parseConfig(
    `models: {m: {model: m.onnx, data: {train: a.csv, validation: a.csv, test: a.csv, current: a.csv, target: y}, expect: ${text}}}`,
    'modelgate.yml',
    hash,
  ).models[0]?.expect ?? []

/** The example of the table of checks, on the column named: the very text that the docs show. */
export function exampleOf(entry: CheckEntry, name = 'a', example = entry.example): Expectation {
  const text = entry.on === 'table' ? `{${entry.name}: ${example}}` : `{columns: {${JSON.stringify(name)}: {${entry.name}: ${example}}}}`
  const found =
    entry.name === 'exists'
      ? expectationsOf(`{columns: {${JSON.stringify(name)}: {}}}`)
      : expectationsOf(text).filter(({ check }) => check === entry.name)
  const [one] = found
  if (one === undefined) throw new Error(`the example of ${entry.name} asks for nothing`)
  return one
}
