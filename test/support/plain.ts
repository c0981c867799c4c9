/** What a config or a profile says where a test says nothing: each with the changes that the test is about. */
import type { DataSpec } from '../../src/core/schema/config.ts'
import type { ColumnProfile } from '../../src/core/schema/profile.ts'

export const plainData = (more: Partial<DataSpec> = {}): DataSpec => ({
  sources: {},
  target: 't',
  positive: null,
  id: null,
  time: null,
  group: null,
  weight: null,
  labelDelayMs: null,
  features: null,
  sensitive: [],
  ...more,
})

/** 100 rows, none of them missing, of which nothing was counted. */
export const plainColumn = (more: Partial<ColumnProfile> = {}): ColumnProfile => ({
  name: 'x',
  kind: 'numeric-continuous',
  reason: '',
  type: 'DOUBLE',
  sensitive: false,
  n: 100,
  n_null: 0,
  n_nan: 0,
  n_pos_inf: 0,
  n_neg_inf: 0,
  n_empty: 0,
  numeric: null,
  categories: null,
  ...more,
})
