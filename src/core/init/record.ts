/**
 * What init has looked at before, as one comment line below the model: a rule that a person has taken out of the config is known by it, and is
 * not written again. The line belongs to the model it stands under, whatever that is called now.
 *
 *     # init has seen {columns: [age, city], keys: [target]}: it adds none of this again; take a name out to have it looked at anew
 */
import { isMap, isPair, isScalar, parseDocument } from 'yaml'
import { UserError } from '../../errors.ts'
import { canonicalJson } from '../schema/parse-config.ts'
import { type Plain, readYaml } from '../schema/read-yaml.ts'
import { endOf, keyOf } from './insert.ts'
import { itemText } from './lines.ts'

/** Keys of `data` that init writes by a guess. */
export const guessedKeys = ['target', 'features'] as const
export type GuessedKey = (typeof guessedKeys)[number]

export interface InitRecord {
  /** columns of the data, whether or not something was written of them */
  readonly columns: readonly string[]
  /** keys that the config had when init ended */
  readonly keys: readonly GuessedKey[]
}

const line = /^([ \t]*)# init has seen (.*): it adds none of this again.*$/m

/** Characters; a config has room for 262,144. */
const longest = 100_000

/** Null: init has not been here. @throws UserError INIT_RECORD when the line was changed into something else */
export function readRecord(text: string, model: string, path: string): InitRecord | null {
  const place = placeOf(text, model)
  const found = place === null ? null : line.exec(text.slice(place.from, place.to))
  if (place === null || found === null) return null
  const read = readYaml(found[2] ?? '')
  const record = read.ok ? recordOf(read.value) : null
  if (record !== null) return record
  const number = text.slice(0, place.from + found.index).split('\n').length
  throw new UserError(
    'INIT_RECORD',
    `${path}:${number} the comment that says what init has seen is no longer {columns: [NAME, …], keys: [${guessedKeys.join(', ')}]}`,
    'put the brackets right; or delete the line, and init adds every column that has no rules',
  )
}

function recordOf(value: Plain): InitRecord | null {
  if (typeof value !== 'object' || value === null || !('columns' in value) || !('keys' in value)) return null
  const [columns, keys] = [value.columns, value.keys]
  if (!Array.isArray(columns) || !Array.isArray(keys) || columns.some((name) => typeof name === 'object')) return null
  return { columns: columns.map(String), keys: guessedKeys.filter((key) => keys.includes(key)) }
}

/** The text with the record in it, every other byte as it was; null where there is no room or no place for a line. */
export function writeRecord(text: string, model: string, record: InitRecord): string | null {
  const place = placeOf(text, model)
  if (place === null) return null
  const says = `# init has seen {columns: ${itemText(record.columns)}, keys: ${itemText(record.keys)}}: it adds none of this again; take a name out to have it looked at anew`
  if (says.length > longest) return null
  const eol = text.includes('\r\n') ? '\r\n' : '\n'
  const there = line.exec(text.slice(place.from, place.to))
  const newline = text.indexOf('\n', place.end - (text[place.end - 1] === '\n' ? 1 : 0))
  const at = newline < 0 ? text.length : newline + 1
  const result =
    there !== null
      ? text.slice(0, place.from + there.index) + (there[1] ?? '') + says + text.slice(place.from + there.index + there[0].length)
      : `${text.slice(0, at)}${newline < 0 ? eol : ''}${place.indent}${says}${eol}${text.slice(at)}`
  const [before, after] = [readYaml(text), readYaml(result)]
  return before.ok && after.ok && canonicalJson(before.value) === canonicalJson(after.value) ? result : null
}

interface Place {
  /** from the key of the model to the next key that is none of its own */
  readonly from: number
  readonly to: number
  /** behind the last thing that the model says */
  readonly end: number
  readonly indent: string
}

function placeOf(text: string, model: string): Place | null {
  const mark = text.startsWith('\uFEFF') ? 1 : 0
  const root = parseDocument(text.slice(mark), { version: '1.2', schema: 'core', uniqueKeys: false }).contents
  const models = isMap(root) ? root.items.find((item) => isScalar(item.key) && keyOf(item.key) === 'models')?.value : null
  if (!isMap(root) || !isMap(models)) return null
  const pair = models.items.find((item) => isScalar(item.key) && keyOf(item.key) === model)
  const starts = [...root.items, ...models.items].flatMap((item) =>
    isPair(item) && isScalar(item.key) && item.key.range ? [item.key.range[0]] : [],
  )
  const [from, end] = [isScalar(pair?.key) ? pair.key.range?.[0] : null, endOf(pair)]
  if (typeof from !== 'number' || end === null) return null
  const to = Math.min(text.length - mark, ...starts.filter((start) => start > from))
  const body = text.slice(mark)
  const indent = body.slice(body.lastIndexOf('\n', from - 1) + 1, from)
  return { from: from + mark, to: to + mark, end: end + mark, indent: /^ +$/.test(indent) ? indent + indent : '' }
}
