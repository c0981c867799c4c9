/** `data` as it is written: which files play which role, and what their columns mean. */
import { z } from 'zod'
import { choice, columnName, duration, scalar, section } from './leaves.ts'
import { profileKinds } from './profile.ts'
import { source } from './refs.ts'

const dataSource = {
  train: source.optional(),
  validation: source.optional(),
  test: source.optional(),
  current: source.optional(),
}

export const data = section({
  ...dataSource,
  target: z
    .union([columnName, z.array(columnName).min(2, { error: 'one label is no list: write its column as text' })], {
      error: 'expected the name of a column, or a list of columns of 0 and 1, one a label',
    })
    .optional(),
  positive: scalar.optional(),
  id: columnName.optional(),
  time: columnName.optional(),
  group: columnName.optional(),
  weight: columnName.optional(),
  horizon: columnName.optional(),
  label_delay: duration.optional(),
  features: z.array(columnName, { error: 'expected a list of columns' }).min(1, { error: 'this list is empty' }).optional(),
  kinds: z.record(columnName, choice(profileKinds), { error: 'expected a map of columns and their kinds' }).optional(),
  sensitive: z.array(columnName, { error: 'expected a list of columns' }).optional(),
})
