/** A Parquet file as a relation that is read where it lies. */
import { quoteText } from './connection.ts'
import { mapEngineError, unreadable } from './errors.ts'
import { column } from './kinds.ts'
import { rowNumberOf, sameNameTwice } from './names.ts'
import type { Opened, Part, Session } from './part.ts'
import type { StagedFile } from './staged-file.ts'

export async function openParquet(session: Session, file: StagedFile): Promise<Opened> {
  const [part, checked] = await Promise.allSettled([describe(session, file), file.check()])
  if (part.status === 'rejected') throw part.reason
  if (checked.status === 'rejected') throw checked.reason
  return { part: part.value, digest: checked.value.digest }
}

async function describe(session: Session, file: StagedFile): Promise<Part> {
  const path = quoteText(file.path)
  const relation = `read_parquet(${path})`
  try {
    const described = await session.raw.runAndReadAll(`DESCRIBE SELECT * FROM ${relation}`)
    const columns = described.getRows().map(([name, type]) => column(String(name), String(type)))
    if (columns.some(({ name }) => /_\d+$/.test(name))) {
      const twice = sameNameTwice(await topLevelNames(session, path))
      if (twice !== null)
        throw unreadable(file.shown, null, `column ${twice} is there twice (upper and lower case are one name)`, 'rename one of them')
    }
    const counted = await session.raw.runAndReadAll(`SELECT count(*) FROM ${relation}`)
    return {
      shown: file.shown,
      relation,
      rowNumber: rowNumberOf(
        'file_row_number',
        columns.map((one) => one.name),
      ),
      columns,
      rows: Number(counted.getRows()[0]?.[0] ?? 0),
      made: null,
    }
  } catch (thrown) {
    throw mapEngineError(thrown, file.shown)
  }
}

/** Names as the file has them: the engine renames a second `a` to `a_1` in silence. */
async function topLevelNames(session: Session, path: string): Promise<readonly string[]> {
  const schema = await session.raw.runAndReadAll(`SELECT name, coalesce(num_children, 0) FROM parquet_schema(${path})`)
  const nodes = schema.getRows().map(([name, children]) => ({ name: String(name), children: Number(children) }))
  const names: string[] = []
  // depth first, the root before all: skip the children of nested columns
  let i = 1
  const skip = (): void => {
    const node = nodes[i]
    i += 1
    for (let child = 0; child < (node?.children ?? 0); child += 1) skip()
  }
  while (i < nodes.length) {
    names.push(nodes[i]?.name ?? '')
    skip()
  }
  return names
}
