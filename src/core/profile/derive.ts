/**
 * Columns that are made of a column of the data, because its own values cannot be compared: the hour of a time, the length of a text, the
 * norm of a vector. They are counted, and tested for drift, like any other column; `derived` of the profile says what they are made of.
 *
 * A part of the calendar is made where the rows cover whole rounds of it, in the reference and in what is held against it: in data of one February
 * every other month would be new.
 * Vectors (lists of numbers, all of one length) also get their dot products with eight fixed vectors of signs, divided by √length.
 * Nothing is made of a sensitive column. Of the share of unknown words see words.ts: no word is kept.
 */
import type { ColumnFacts, StorageKind } from '../checks/facts.ts'
import type { ProfileKind, TableProfile } from '../schema/profile.ts'
import { isWords, unknownWords } from './words.ts'

export interface Derived {
  readonly from: string
  readonly what: string
  readonly size?: number
}

/** A column of ours: `expression` is SQL over the table, `facts.quoted` its name in the widened relation. */
export interface DerivedColumn {
  readonly derived: Derived
  readonly facts: ColumnFacts
  readonly expression: string
  /** SQL name of the column that it is made of */
  readonly of: string
  /** calendar parts have their kind and labels from the start, and no numbers */
  readonly labels: readonly string[] | null
}

/** What is known of a column that others can be made of. */
export interface SourceColumn {
  readonly facts: ColumnFacts
  readonly kind: ProfileKind
  readonly sensitive: boolean
  /** times: from the first to the last, seconds */
  readonly span: number | null
  /** lists: the length that all have, or null */
  readonly size: number | null
  /** texts: the buckets of known words (words.ts), or null */
  readonly words?: string | null
}

interface Derivation {
  readonly what: string
  readonly storage: StorageKind
  readonly type: string
  readonly from: (column: SourceColumn) => boolean
  readonly sql: (quoted: string, size: number, words: string) => string
  /** labels by number, from `first` */
  readonly labels?: readonly string[]
}

const day = 24 * 3600
const isList = ({ type }: ColumnFacts): boolean => type.endsWith(']')
const isVector = (column: SourceColumn): boolean =>
  column.size !== null &&
  column.size >= 2 &&
  /^(FLOAT|DOUBLE|DECIMAL\([\d,]*\)|U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?)\[\d*\]$/.test(column.facts.type)
const isTime = ({ kind }: SourceColumn): boolean => kind === 'datetime'
const isText = ({ kind, facts }: SourceColumn): boolean => kind === 'text' && facts.kind === 'string'

/**
 * Whole rounds of the calendar, so that each part of one has about its share: in ten days three weekdays occur twice, and against eight weeks
 * that would be drift (JS* 0.14) where nothing moved. From four rounds on, what is begun weighs little (JS* below 0.05).
 */
function wholeRounds({ span, facts }: SourceColumn, round: number): boolean {
  if (span === null) return false
  const rounds = (span + (facts.kind === 'date' ? day : 0)) / round
  return rounds >= 4 || (rounds > 0.9 && Math.abs(rounds - Math.round(rounds)) <= 0.06)
}

const timeOf = (quoted: string) => `CAST(${quoted} AS TIMESTAMP)`
const partOf = (part: string) => (quoted: string) => `CASE WHEN isfinite(${timeOf(quoted)}) THEN ${part}(${timeOf(quoted)}) END`
const textOf = (quoted: string) => `CAST(${quoted} AS VARCHAR)`
/** Part of the characters that a class of them is. */
const shareOf = (kind: string) => (quoted: string) =>
  `(length(${textOf(quoted)}) - length(regexp_replace(${textOf(quoted)}, '${kind}+', '', 'g'))) / nullif(length(${textOf(quoted)}), 0)`
const vectorOf = (quoted: string, size: number, other: string) =>
  `CASE WHEN len(${quoted}) = ${size} AND list_count(CAST(${quoted} AS DOUBLE[])) = ${size} THEN ${other} END`

const pad = (value: number) => String(value).padStart(2, '0')
const weekdays = ['1 Monday', '2 Tuesday', '3 Wednesday', '4 Thursday', '5 Friday', '6 Saturday', '7 Sunday']
const months = ['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October', 'November', 'December']
const projections = 8

const derivations: readonly Derivation[] = [
  {
    what: 'hour',
    storage: 'other',
    type: 'BIGINT',
    from: (column) => isTime(column) && column.facts.kind === 'timestamp' && wholeRounds(column, day),
    sql: partOf('hour'),
    labels: Array.from({ length: 24 }, (_, i) => pad(i)),
  },
  {
    what: 'weekday',
    storage: 'other',
    type: 'BIGINT',
    from: (column) => isTime(column) && wholeRounds(column, 7 * day),
    sql: (quoted) => `${partOf('isodow')(quoted)} - 1`,
    labels: weekdays,
  },
  {
    what: 'month',
    storage: 'other',
    type: 'BIGINT',
    from: (column) => isTime(column) && wholeRounds(column, 365.25 * day),
    sql: (quoted) => `${partOf('month')(quoted)} - 1`,
    labels: months.map((name, i) => `${pad(i + 1)} ${name}`),
  },
  { what: 'length', storage: 'integer', type: 'BIGINT', from: isText, sql: (quoted) => `length(${textOf(quoted)})` },
  {
    what: 'words',
    storage: 'integer',
    type: 'BIGINT',
    from: isText,
    sql: (quoted) => `CASE WHEN trim(${textOf(quoted)}) = '' THEN 0 ELSE len(string_split(trim(${textOf(quoted)}), ' ')) END`,
  },
  { what: 'digits', storage: 'float', type: 'DOUBLE', from: isText, sql: shareOf('[0-9]') },
  { what: 'upper case', storage: 'float', type: 'DOUBLE', from: isText, sql: shareOf('[A-Z]') },
  {
    what: 'non-ASCII',
    storage: 'float',
    type: 'DOUBLE',
    from: isText,
    // most texts have as many bytes as characters, and need no second look
    sql: (quoted) =>
      `CASE WHEN strlen(${textOf(quoted)}) = length(${textOf(quoted)}) THEN 0.0 / nullif(length(${textOf(quoted)}), 0) ELSE ${shareOf('[^\\x00-\\x7F]')(quoted)} END`,
  },
  { what: 'punctuation', storage: 'float', type: 'DOUBLE', from: isText, sql: shareOf('[[:punct:]]') },
  { what: 'empty', storage: 'boolean', type: 'BOOLEAN', from: isText, sql: (quoted) => `trim(${textOf(quoted)}) = ''` },
  {
    what: 'unknown words',
    storage: 'float',
    type: 'DOUBLE',
    from: (column) => isText(column) && (column.words ?? null) !== null,
    sql: (quoted, _, words) => unknownWords(quoted, words),
  },
  { what: 'length', storage: 'integer', type: 'BIGINT', from: ({ facts }) => isList(facts), sql: (quoted) => `len(${quoted})` },
  {
    what: 'norm',
    storage: 'float',
    type: 'DOUBLE',
    from: isVector,
    sql: (quoted, size) => {
      const vector = `CAST(${quoted} AS DOUBLE[])`
      return vectorOf(quoted, size, `sqrt(list_inner_product(${vector}, ${vector}))`)
    },
  },
  ...Array.from(
    { length: projections },
    (_, i): Derivation => ({
      what: `projection ${i + 1}`,
      storage: 'float',
      type: 'DOUBLE',
      from: isVector,
      sql: (quoted, size) =>
        vectorOf(
          quoted,
          size,
          `list_inner_product(CAST(${quoted} AS DOUBLE[]), CAST([${signs(i + 1, size).join(',')}] AS DOUBLE[])) / sqrt(${size})`,
        ),
    }),
  ),
]

/** Signs as good as random, the same for ever: xorshift of 32 bits, its highest bit. */
function signs(seed: number, size: number): readonly number[] {
  let state = Math.imul(seed, 0x9e3779b1) >>> 0
  return Array.from({ length: size }, () => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return state >>> 31 === 1 ? 1 : -1
  })
}

const nameOf = (from: string, what: string): string => `${from} (${what})`

/** What the columns of a reference are made into. A column of the data that has the name already keeps it, and nothing is made. */
export function deriveColumns(sources: readonly SourceColumn[], alias: (place: number) => string): readonly DerivedColumn[] {
  const taken = new Set(sources.map(({ facts }) => facts.name.toLowerCase()))
  const found: DerivedColumn[] = []
  for (const source of sources) {
    if (source.sensitive) continue
    for (const derivation of derivations) {
      const { what } = derivation
      const name = nameOf(source.facts.name, what)
      if (!derivation.from(source) || taken.has(name.toLowerCase())) continue
      taken.add(name.toLowerCase())
      const sized = derivation.storage === 'float' && isVector(source) && source.size !== null ? { size: source.size } : {}
      found.push(make(derivation, source.facts, { from: source.facts.name, what, ...sized }, source.words ?? null, alias(found.length)))
    }
  }
  return found
}

/** The same as those of a reference, where the columns they are made of are still of the kind, and of the calendar what these rows cover too. */
export function deriveAsBefore(
  sources: readonly SourceColumn[],
  reference: TableProfile,
  alias: (place: number) => string,
  probe: string | null = null,
): readonly DerivedColumn[] {
  const found: DerivedColumn[] = []
  const taken = new Set(sources.map(({ facts }) => facts.name.toLowerCase()))
  for (const { name, derived } of reference.columns) {
    const source = sources.find(({ facts }) => facts.name === derived?.from)
    if (!derived || source === undefined || taken.has(name.toLowerCase())) continue
    const { from, what, size } = derived
    const { facts } = source
    const before = reference.columns.find((column) => column.name === from)?.words ?? null
    const words = before !== null && before.probe === probe && isWords(before.known) ? before.known : null
    const derivation = derivations.find((one) => one.what === what && one.from({ ...asBefore(source, size ?? null), words }))
    if (derivation !== undefined)
      found.push(make(derivation, facts, { from, what, ...(size === undefined ? {} : { size }) }, words, alias(found.length)))
  }
  return found
}

/** A column of the kind it had: whether something was made of it was decided by the reference. */
const asBefore = ({ facts, span }: SourceColumn, size: number | null): SourceColumn => ({
  facts,
  kind: facts.kind === 'date' || facts.kind === 'timestamp' ? 'datetime' : 'text',
  sensitive: false,
  span,
  size,
})

function make(derivation: Derivation, { name, quoted }: ColumnFacts, derived: Derived, words: string | null, alias: string): DerivedColumn {
  const { what, storage, type, labels } = derivation
  return {
    derived,
    facts: { name: nameOf(name, what), quoted: alias, kind: storage, type },
    of: quoted,
    expression: derivation.sql(quoted, derived.size ?? 0, words ?? ''),
    labels: labels ?? null,
  }
}
