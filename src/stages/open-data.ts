/** A SOURCE of the config → an opened table. */

import type { Role, Source } from '../core/schema/config.ts'
import type { InputRecord } from '../core/schema/result.ts'
import { noFile } from '../core/text/no-file.ts'
import { UserError } from '../errors.ts'
import type { OpenRequest, Table } from '../ports/data-engine.ts'
import { keyOfRole, type Reading, requirePinned, sourceFiles } from './source-files.ts'

/** Formats that people have and the embedded engine cannot read as it is, by the end of the name. */
const unread: readonly { readonly ends: RegExp; readonly is: string; readonly because: string; readonly fix: string }[] = [
  {
    ends: /\.(arrow|arrows|feather|ipc)(\.(gz|zst|lz4))?$/i,
    is: 'Arrow IPC',
    because: 'the embedded engine reads that only with an extension that would be downloaded, and nothing is',
    fix: 'write it as Parquet: pyarrow.parquet.write_table(pyarrow.feather.read_table(IN), OUT), or polars.read_ipc(IN).write_parquet(OUT)',
  },
  {
    ends: /\.(duckdb|ddb)$/i,
    is: 'a DuckDB database',
    because: 'a database may hold many tables, and views that read other files: only files of data are opened',
    fix: 'write the table as Parquet: duckdb FILE -c "COPY the_table TO \'data.parquet\'"',
  },
  { ends: /\.(xlsx?|ods)$/i, is: 'a spreadsheet', because: 'the embedded engine does not read it', fix: 'save it as CSV' },
  { ends: /\.(zst|bz2|xz|lz4|br|zip|7z)$/i, is: 'packed', because: 'gzip alone is unpacked here', fix: 'unpack it, or pack it with gzip' },
  {
    ends: /\.(sqlite3?|db|mdb)$/i,
    is: 'a database',
    because: 'the embedded engine does not read it',
    fix: 'write the table as CSV or Parquet',
  },
  {
    ends: /\.(pkl|pickle|npy|npz|h5|hdf5)$/i,
    is: 'an array or a pickle of Python',
    because: 'the embedded engine does not read it',
    fix: 'write it as Parquet: pandas.DataFrame(…).to_parquet(OUT)',
  },
  { ends: /\.(avro|orc)$/i, is: 'Avro or ORC', because: 'the embedded engine does not read it', fix: 'write it as Parquet' },
]

function demandReadable({ files, format }: OpenRequest): void {
  if (format !== null) return
  for (const { shown } of files) {
    const found = unread.find(({ ends }) => ends.test(shown))
    if (found !== undefined) throw new UserError('DATA_UNREADABLE', `${shown} is ${found.is}: ${found.because}`, found.fix)
  }
}

/** @throws UserError DATA_MISSING, DATA_EMPTY, DATA_DIGEST, DATA_UNREADABLE, DATA_COLUMNS_DIFFER, NO_ROWS (a stored profile) */
export async function openSource(context: Reading, source: Source, role: string): Promise<Table> {
  context.signal.throwIfAborted()
  const request = await sourceFiles(context, role, source)
  demandReadable(request)
  if (source.kind === 'files' && source.sha256 !== null) await verify(context, request.files, source)
  const engine = await context.ports.engine()
  const table = await engine.open(request)
  if (table.rows === 0) {
    throw new UserError(
      'DATA_EMPTY',
      `${keyOfRole(role)} (${request.files.map((file) => file.shown).join(', ')}) has no rows`,
      'make the data again; a header alone is not enough',
    )
  }
  return table
}

/** Before the engine reads a byte of it. */
async function verify(context: Reading, files: OpenRequest['files'], source: Source): Promise<void> {
  for (const { path, shown } of files) {
    const found = await context.ports.files.digest(path)
    if (found === null) throw new UserError('DATA_MISSING', noFile(shown), 'correct the path in the config, or make the file first')
    requirePinned(source, shown, found.digest)
  }
}

/** What a result says of the data that was read. */
export async function inputRecords(role: Role | string, table: Table): Promise<readonly InputRecord[]> {
  const digests = await table.digests()
  const rows = table.files.length === 1 ? table.rows : null
  return table.files.map(({ path, bytes }, at) => ({ role, path, digest: digests[at] ?? '', bytes, rows }))
}
