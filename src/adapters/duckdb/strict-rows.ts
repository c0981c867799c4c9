/**
 * A CSV whose columns are of the types its beginning promised, or the name of the first that is not: the engine itself would round a later
 * 2.5 to 3, or take `t` for true, and say nothing. Columns that look like integers or truth come as text and are cast here.
 */
import { freeStem } from '../../core/checks/facts.ts'
import { chunks } from '../../core/collections.ts'
import { quoteName } from '../../ports/data-engine.ts'
import { quoteText } from './connection.ts'

const strictness = 'modelgate: widen to '

/** The column that did not fit its type, and the type to try next. */
export function widen(message: string): { readonly name: string; readonly type: string } | null {
  const [, strict, strictName] = new RegExp(`^Invalid Input Error: ${strictness}(\\w+) (.*)`, 's').exec(message) ?? []
  if (strict !== undefined && strictName !== undefined) return { name: strictName, type: strict }
  const [, name, type] = /^Conversion Error: CSV Error[\s\S]*\nColumn (.*) is being converted as type ([A-Z ]+)\n/.exec(message) ?? []
  return name === undefined ? null : { name, type: type === 'HUGEINT' ? 'DOUBLE' : 'VARCHAR' }
}

/** Columns of one cast, from where on they are cast as a list: a cast is ten expressions, and planning them for thousands of columns takes longer than reading. */
const fewestAlike = 64

/** @param read SQL of the file with its columns read as these types @param huge the type for integers beyond 64 bits */
export function strictRows(read: (types: ReadonlyMap<string, string>) => string, types: ReadonlyMap<string, string>, huge: string): string {
  const asText = new Map([...types].map(([name, type]) => [name, strictCasts[type] === undefined ? type : 'VARCHAR']))
  const lists = castLists(types)
  const plain = [...types.keys()].filter((name) => !lists.at.has(name)).map(quoteName)
  const rows = lists.sql.length === 0 ? read(asText) : `(SELECT ${[...plain, ...lists.sql].join(', ')} FROM ${read(asText)})`
  const list = [...types].map(([name, type]) => {
    const quoted = quoteName(name)
    const made = lists.at.get(name) ?? castOf(quoted, type, huge, quoteText(name))
    return made === quoted ? quoted : `${made} AS ${quoted}`
  })
  return `SELECT ${list.join(', ')} FROM ${rows}`
}

function castOf(quoted: string, type: string, huge: string, called: string): string {
  if (type === 'HUGEINT') return `CAST(${quoted} AS ${huge})`
  return strictCasts[type]?.(quoted, stopAt(type, called)) ?? quoted
}

/** @param called SQL of the name of the column */
const stopAt = (type: string, called: string) => (wider: string) =>
  `CAST(error(${quoteText(`${strictness}${wider} `)} || ${called}) AS ${type})`

/** Lists of the values of a row, cast by one expression each, and SQL of the columns out of them. */
function castLists(types: ReadonlyMap<string, string>): { readonly sql: readonly string[]; readonly at: ReadonlyMap<string, string> } {
  const stem = freeStem(
    'cast_',
    Array.from(types.keys(), (name) => ({ name })),
  )
  const [x, i] = [`${stem}value`, `${stem}place`]
  const sql: string[] = []
  const at = new Map<string, string>()
  for (const [type, cast] of Object.entries(strictCasts)) {
    const names = [...types].flatMap(([name, own]) => (own === type ? [name] : []))
    if (names.length < fewestAlike) continue
    for (const some of chunks(names, fewestAlike)) {
      const list = `${stem}list${sql.length}`
      const called = `([${some.map(quoteText).join(', ')}])[${i}]`
      sql.push(`list_transform([${some.map(quoteName).join(', ')}], lambda ${x}, ${i}: ${cast(x, stopAt(type, called))}) AS ${list}`)
      for (const [place, name] of some.entries()) at.set(name, `${list}[${place + 1}]`)
    }
  }
  return { sql, at }
}

/** Text → the type it promised to be, or the name of the next wider one. */
const strictCasts: Readonly<Record<string, (text: string, stop: (wider: string) => string) => string>> = {
  // written back it is the same text: nearly every value ends at the first branch, which costs a tenth of a pattern
  BIGINT: (text, stop) => `CASE WHEN CAST(TRY_CAST(${text} AS BIGINT) AS VARCHAR) = ${text} THEN TRY_CAST(${text} AS BIGINT)
    WHEN ${text} IS NULL THEN NULL
    WHEN regexp_full_match(trim(${text}), '-?(0|[1-9][0-9]{0,17})') THEN CAST(${text} AS BIGINT)
    WHEN regexp_matches(trim(${text}), '^(-?0[0-9]|[+])') OR TRY_CAST(${text} AS DOUBLE) IS NULL THEN ${stop('VARCHAR')}
    ELSE ${stop('DOUBLE')} END`,
  BOOLEAN: (text, stop) => `CASE WHEN ${text} IN ('true', 'false') THEN ${text} = 'true'
    ELSE CASE lower(${text}) WHEN 'true' THEN true WHEN 'false' THEN false
    ELSE CASE WHEN ${text} IS NULL THEN NULL ELSE ${stop('VARCHAR')} END END END`,
}
