/** Where the config says what makes rows alike, and rows were compared as independent all the same: that, and why. */
import type { DataSpec } from '../../core/schema/config.ts'
import type { TableProfile } from '../../core/schema/profile.ts'
import { type Check, makeCheck } from '../../core/schema/result.ts'
import type { Sides } from './sides.ts'

/** null: neither time nor group is configured. */
export function rowsAlone({ time, group, weight }: DataSpec, { reference, current }: Pick<Sides, 'reference' | 'current'>): Check | null {
  const name = time ?? group
  if (name === null) return null
  const key = time === null ? 'data.group' : 'data.time'
  const lacking = [reference, current].flatMap(({ table, from }) => (table.blocks ? [] : [`${from} ${why(table, name, time !== null)}`]))
  const because = weight !== null ? `rows are weighed by ${weight}` : lacking.join('; ') || 'the two were not counted in the same blocks'
  return makeCheck({
    id: 'drift.blocks',
    column: name,
    status: 'skipped',
    effect: 'skipped',
    message: `Rows were compared as if none depended on another, though ${key} names ${name}: ${because}`,
    fix: 'Where they do depend on one another, take alarms with care. Where they do not, write `drift: {blocks: rows}`.',
  })
}

function why({ columns }: TableProfile, name: string, isTime: boolean): string {
  const column = columns.find((one) => one.name === name)
  if (column === undefined) return `has no column ${name}`
  return isTime && !/^(DATE|TIMESTAMP)/.test(column.type)
    ? `holds it as ${column.type}, and not as dates or timestamps`
    : 'has no blocks of it'
}
