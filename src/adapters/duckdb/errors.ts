/** Engine errors → the user's error, in one place. The engine quotes the raw line: nothing of its text is passed on, only the class, line and column. */
import { asError, UserError } from '../../errors.ts'

/** Trouble with a data file: where it is, never what stands there (PII-02). */
export const unreadable = (shown: string, line: number | null, what: string, fix: string): UserError =>
  new UserError('DATA_UNREADABLE', `${shown}${line === null ? '' : `:${line}`}: ${what}`, fix)

interface Rule {
  readonly when: RegExp
  readonly code: string
  /** groups of `when`: only names of columns and types, and numbers of lines, are ever captured */
  readonly says: (groups: readonly (string | undefined)[]) => { readonly line?: number; readonly what: string; readonly fix: string }
}

const rules: readonly Rule[] = [
  {
    when: /^Out of Memory Error/,
    code: 'DATA_MEMORY',
    says: () => ({
      what: 'there is not enough memory for this data',
      fix: 'raise `limits.memory`, or free memory or disk space on this machine',
    }),
  },
  {
    when: /^IO Error: [\s\S]*(No space left on device|File too large|quota exceeded)/i,
    code: 'DISK_FULL',
    says: () => ({ what: 'there is no space left for what is computed on it', fix: 'free space in the temporary folder' }),
  },
  {
    when: /^Conversion Error: CSV Error on Line: (\d+)\n[\s\S]*\nColumn (.*) is being converted as type ([A-Z0-9 (),]+)\n/,
    code: 'DATA_UNREADABLE',
    says: ([line, column, type]) => ({
      line: Number(line),
      what: `a value of column ${column} is not a ${type}`,
      fix: 'correct the value, or leave it empty',
    }),
  },
  {
    when: /CSV Error on Line: (\d+)\n[\s\S]*Invalid unicode/,
    code: 'DATA_UNREADABLE',
    says: ([line]) => ({ line: Number(line), what: 'the text is not UTF-8', fix: 'save the file as UTF-8' }),
  },
  {
    when: /CSV Error on Line: (\d+)\n/,
    code: 'DATA_UNREADABLE',
    says: ([line]) => ({ line: Number(line), what: 'the record cannot be read', fix: 'look at its quotes and delimiters' }),
  },
  {
    // the engine counts from the line behind
    when: /^Invalid Input Error: Malformed JSON in file [\s\S]*? in line (\d+): invalid UTF-8/,
    code: 'DATA_UNREADABLE',
    says: ([line]) => ({ line: Number(line) - 1, what: 'the text is not UTF-8', fix: 'save the file as UTF-8' }),
  },
  {
    when: /^Invalid Input Error: Malformed JSON in file [\s\S]*? in line (\d+):/,
    code: 'DATA_UNREADABLE',
    says: ([line]) => ({
      line: Number(line) - 1,
      what: 'the line is not one JSON object',
      fix: 'write one object per line, without line breaks inside',
    }),
  },
  {
    when: /JSON transform error in file [\s\S]*?, in line (\d+): Object [\s\S]* has duplicate key/,
    code: 'DATA_UNREADABLE',
    says: ([line]) => ({ line: Number(line), what: 'the object has the same key twice', fix: 'give every key a name of its own' }),
  },
  {
    when: /JSON transform error in file [\s\S]*?, in line (\d+):/,
    code: 'DATA_UNREADABLE',
    says: ([line]) => ({ line: Number(line), what: 'a value has another type than in the other lines', fix: 'give every key one type' }),
  },
  {
    when: /expected records, but got non-record JSON/,
    code: 'DATA_UNREADABLE',
    says: () => ({ what: 'a line is not a JSON object', fix: 'write one object per line' }),
  },
  {
    when: /Invalid string encoding found in Parquet file/,
    code: 'DATA_UNREADABLE',
    says: () => ({ what: 'it holds text that is not UTF-8', fix: 'write those bytes as UTF-8 text, or as a binary column' }),
  },
  {
    // different whole numbers are counted between the ends that the footer names
    when: /^Out of Range Error: Value -?\d+ is outside of provided min and max range/,
    code: 'DATA_UNREADABLE',
    says: () => ({
      what: 'the Parquet file contradicts itself: its footer names a smallest and a largest value, and a row holds one beyond',
      fix: 'write the file again',
    }),
  },
  {
    when: /Need at least one non-root column/,
    code: 'DATA_UNREADABLE',
    says: () => ({ what: 'it has no columns', fix: 'make the file again' }),
  },
  {
    // a column without a name is called C and its place
    when: /^Binder Error: table "read_(?:parquet|json)" has duplicate column name "(C\d+)"/,
    code: 'DATA_UNREADABLE',
    says: ([name]) => ({ what: `a column has no name, and would be called ${name} as another one is`, fix: 'give every column a name' }),
  },
  {
    when: /maximum_object_size/,
    code: 'DATA_UNREADABLE',
    says: () => ({ what: 'a JSON object is longer than 16 MB', fix: 'write one object per line' }),
  },
]

/** Classes of engine error that mean our own SQL is wrong: a bug, never the user's data. Their text names identifiers only. */
const ours = /^(Failed to extract statements|Binder|Parser|Catalog|Syntax|Not implemented|Invalid Configuration|Permission)\b/i

/** @param shown what messages call the file or table the query was about */
export function mapEngineError(thrown: unknown, shown: string): Error {
  if (thrown instanceof UserError) return thrown
  const { message } = asError(thrown)
  for (const { when, code, says } of rules) {
    const found = when.exec(message)
    if (found === null) continue
    const { line, what, fix } = says(found.slice(1))
    return new UserError(code, `${shown}${line === undefined ? '' : `:${line}`}: ${what}`, fix)
  }
  const [kind = 'Error'] = /^[A-Z][A-Za-z ]* Error|^[A-Z][A-Za-z ]*(?=:)/.exec(message) ?? []
  if (ours.test(message)) return new Error(`the data engine refused a query: ${message.split('\n')[0]}`)
  return unreadable(shown, null, `the data engine cannot read it (${kind})`, 'check that the file is whole and of the format its name says')
}
