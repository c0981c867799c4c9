/**
 * A CSV whose columns are of the types its beginning promised, or the name of the first that is not: the engine itself would round a later
 * 2.5 to 3, take `t` for true, read `infinity` as the first of January 1900, or leave out a time that is none, and say nothing. Columns of
 * such types come as text and are cast here.
 */
import { freeStem } from '../../core/checks/facts.ts'
import { chunks } from '../../core/collections.ts'
import { quoteName } from '../../ports/data-engine.ts'
import { quoteText } from './connection.ts'

/** SQL of the file with its columns read as these types. */
type Read = (types: ReadonlyMap<string, string>) => string
type Types = ReadonlyMap<string, string>
/** What a column is read as whose values do not fit: of these, the last that one of them asks for. */
const wider = ['DOUBLE', 'VARCHAR'] as const
type Wider = (typeof wider)[number]

const strictness = 'modelgate: widen to '

/** The column that did not fit its type, and the type to try next. */
export function widen(message: string): { readonly name: string; readonly type: string } | null {
  const [, strict, strictName] = new RegExp(`^Invalid Input Error: ${strictness}(\\w+) (.*)`, 's').exec(message) ?? []
  if (strict !== undefined && strictName !== undefined) return { name: strictName, type: strict }
  const [, name] = /^Conversion Error: CSV Error[\s\S]*\nColumn (.*) is being converted as type [A-Z ]+\n/.exec(message) ?? []
  return name === undefined ? null : { name, type: 'VARCHAR' }
}

/** Columns of one cast, from where on they are cast as a list: a cast is ten expressions, and planning them for thousands of columns takes longer than reading. */
const fewestAlike = 64

/** @param huge the type for integers beyond 64 bits */
export function strictRows(read: Read, types: Types, huge: string): string {
  const asText = new Map([...types].map(([name, type]) => [name, strictCasts[type] === undefined ? type : 'VARCHAR']))
  const lists = castLists(types, huge)
  const plain = [...types.keys()].filter((name) => !lists.at.has(name)).map(quoteName)
  const rows = lists.sql.length === 0 ? read(asText) : `(SELECT ${[...plain, ...lists.sql].join(', ')} FROM ${read(asText)})`
  const list = [...types].map(([name, type]) => {
    const quoted = quoteName(name)
    const made = lists.at.get(name) ?? strictCasts[type]?.(quoted, castTo(type, huge, quoteText(name))) ?? quoted
    return made === quoted ? quoted : `${made} AS ${quoted}`
  })
  return `SELECT ${list.join(', ')} FROM ${rows}`
}

/** What becomes of a value that fits, and of one that needs a wider type. */
interface Outcome {
  fits(value: string): string
  breaks(to: Wider): string
}

/** @param called SQL of the name of the column */
function castTo(type: string, huge: string, called: string): Outcome {
  const made = type === 'HUGEINT' ? huge : type
  return {
    fits: (value) => `CAST(${value} AS ${made})`,
    breaks: (to) => `CAST(error(${quoteText(`${strictness}${to} `)} || ${called}) AS ${made})`,
  }
}

/** Lists of the values of a row, cast by one expression each, and SQL of the columns out of them. */
function castLists(types: Types, huge: string): { readonly sql: readonly string[]; readonly at: ReadonlyMap<string, string> } {
  const stem = stemFor(types)
  const [x, i] = [`${stem}value`, `${stem}place`]
  const sql: string[] = []
  const at = new Map<string, string>()
  for (const [type, cast] of Object.entries(strictCasts)) {
    const names = namesOf(types, type)
    if (names.length < fewestAlike) continue
    for (const some of chunks(names, fewestAlike)) {
      const list = `${stem}list${sql.length}`
      const called = `([${some.map(quoteText).join(', ')}])[${i}]`
      sql.push(`list_transform([${some.map(quoteName).join(', ')}], lambda ${x}, ${i}: ${cast(x, castTo(type, huge, called))}) AS ${list}`)
      for (const [place, name] of some.entries()) at.set(name, `${list}[${place + 1}]`)
    }
  }
  return { sql, at }
}

const stemFor = (types: Types): string =>
  freeStem(
    'cast_',
    Array.from(types.keys(), (name) => ({ name })),
  )
const namesOf = (types: Types, type: string): readonly string[] => [...types].flatMap(([name, own]) => (own === type ? [name] : []))

/** Two bits a column: of a 64-bit integer with a sign. */
const columnsOfMask = 31

export interface Breaks {
  /** one row, a whole number a mask; it reads all of the file once */
  readonly sql: string
  /** The columns that do not fit their types, and the type to read them as. @param masks of the row */
  found(masks: readonly bigint[]): ReadonlyMap<string, Wider>
}

/** Asks of every column at once what `widen` tells of the first that is met: a reading ends at that one. Null: no column can break. */
export function breaksOf(read: Read, types: Types): Breaks | null {
  const stem = stemFor(types)
  const [x, i] = [`${stem}value`, `${stem}place`]
  const code: Outcome = { fits: () => '0', breaks: (to) => String(1 << wider.indexOf(to)) }
  const parts = Object.entries({ ...strictCasts, ...readerCasts }).flatMap(([type, cast]) =>
    chunks(namesOf(types, type), columnsOfMask).map((names) => ({ names, code: cast(x, code) })),
  )
  if (parts.length === 0) return null
  const masks = parts.map(
    (part) =>
      `coalesce(bit_or(CAST(list_sum(list_transform([${part.names.map(quoteName).join(', ')}], lambda ${x}, ${i}:
        CAST(${part.code} AS BIGINT) << (2 * (${i} - 1)))) AS BIGINT)), 0)`,
  )
  const asText = new Map(Array.from(types.keys(), (name) => [name, 'VARCHAR']))
  return {
    sql: `SELECT ${masks.join(', ')} FROM ${read(asText)}`,
    found: (row) =>
      new Map(
        parts.flatMap(({ names }, part) =>
          names.flatMap((name, place) => {
            const asked = (row[part] ?? 0n) >> BigInt(2 * place)
            const to = wider.findLast((_, bit) => (asked >> BigInt(bit)) % 2n === 1n)
            return to === undefined ? [] : [[name, to] as const]
          }),
        ),
      ),
  }
}

type Cast = (text: string, outcome: Outcome) => string

/** Text → the type it promised to be, or the next wider one. Written back it is the same text: nearly every value ends at that branch, which costs a tenth of a pattern. */
const strictCasts: Readonly<Record<string, Cast>> = {
  BIGINT: (
    text,
    { fits, breaks },
  ) => `CASE WHEN CAST(TRY_CAST(${text} AS BIGINT) AS VARCHAR) = ${text} THEN ${fits(`TRY_CAST(${text} AS BIGINT)`)}
    WHEN ${text} IS NULL THEN NULL
    WHEN regexp_full_match(trim(${text}), '-?(0|[1-9][0-9]{0,17})') THEN ${fits(text)}
    WHEN regexp_matches(trim(${text}), '^(-?0[0-9]|[+])') OR TRY_CAST(${text} AS DOUBLE) IS NULL THEN ${breaks('VARCHAR')}
    ELSE ${breaks('DOUBLE')} END`,
  // what the head of a file of large numbers with a point or an exponent can be, too
  HUGEINT: (text, { fits, breaks }) => {
    // Parquet's range; by way of HUGEINT, as a text takes longer than all else to DECIMAL(38, 0)
    const [whole, number] = [`TRY_CAST(TRY_CAST(${text} AS HUGEINT) AS DECIMAL(38, 0))`, `TRY_CAST(${text} AS DOUBLE)`]
    return `CASE WHEN CAST(${whole} AS VARCHAR) = ${text} THEN ${fits(whole)}
      WHEN ${text} IS NULL THEN NULL
      WHEN ${number} IS NULL THEN ${breaks('VARCHAR')}
      WHEN ${whole} IS NULL OR ${number} <> trunc(${number}) OR regexp_matches(${text}, '[.][0-9]*[1-9][0-9]*\\s*$') THEN ${breaks('DOUBLE')}
      ELSE ${fits(whole)} END`
  },
  BOOLEAN: (text, { fits, breaks }) => `CASE WHEN ${text} IN ('true', 'false') THEN ${fits(`${text} = 'true'`)}
    ELSE CASE lower(${text}) WHEN 'true' THEN ${fits('true')} WHEN 'false' THEN ${fits('false')}
    ELSE CASE WHEN ${text} IS NULL THEN NULL ELSE ${breaks('VARCHAR')} END END END`,
  DATE: (text, { fits, breaks }) => {
    const date = `CAST(TRY_STRPTIME(${text}, '%Y-%m-%d') AS DATE)`
    return `CASE WHEN CAST(${date} AS VARCHAR) = ${text} THEN ${fits(date)}
      WHEN ${text} IS NULL THEN NULL
      WHEN ${date} IS NULL OR regexp_matches(${text}, '[A-Za-z]') THEN ${breaks('VARCHAR')}
      ELSE ${fits(date)} END`
  },
  // `infinity` among times without a zone is what the engine takes for a time with one
  'TIMESTAMP WITH TIME ZONE': tried('TIMESTAMPTZ', inDigits),
}

/** What the engine's reader casts as the engine does: it is faster, and names the column where it cannot. A time in words it can: `mayBeWords` finds those. */
const readerCasts: Readonly<Record<string, Cast>> = { DOUBLE: tried('DOUBLE'), TIMESTAMP: tried('TIMESTAMP', inDigits) }

/** `infinity` and `epoch` are times to the engine. */
function inDigits(text: string): string {
  return `regexp_matches(${text}, '^ *[0-9]')`
}

/**
 * SQL of whether a column that was read as times may hold one that is written in words, from its smallest and largest value, which whoever wrote the
 * relation knows without reading it. Where the epoch lies between them, it is looked for.
 */
export const mayBeWords = (name: string): { readonly endless: string; readonly epoch: string; readonly isEpoch: string } => {
  const [least, most] = [`min(${quoteName(name)})`, `max(${quoteName(name)})`]
  return {
    endless: `coalesce(isinf(${least}) OR isinf(${most}), false)`,
    epoch: `coalesce(${least} <= TIMESTAMP '1970-01-01' AND ${most} >= TIMESTAMP '1970-01-01', false)`,
    isEpoch: `coalesce(bool_or(${quoteName(name)} = TIMESTAMP '1970-01-01'), false)`,
  }
}

function tried(type: string, looks: (text: string) => string = () => 'true'): Cast {
  return (
    text,
    { fits, breaks },
  ) => `CASE WHEN TRY_CAST(${text} AS ${type}) IS NOT NULL AND ${looks(text)} THEN ${fits(`TRY_CAST(${text} AS ${type})`)}
    WHEN ${text} IS NULL THEN NULL ELSE ${breaks('VARCHAR')} END`
}
