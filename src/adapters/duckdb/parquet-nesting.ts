/**
 * How deep the columns of a Parquet file are nested, from its footer alone: the engine walks a schema by calling itself, and a footer of a
 * few kilobytes that nests a hundred thousand structs ends the process.
 *
 * Only the schema is read (thrift compact protocol, https://github.com/apache/parquet-format); what cannot be is left for the engine to say.
 */

import { Thrift } from './thrift.ts'

/** Deeper than any table that people make; what the engine is asked of it stays quick. */
export const mostNesting = 64

/** @param footer its first bytes, up to the end of the schema @returns 1 for a plain column; null when this is no schema that can be read */
export function nestingOf(footer: Uint8Array): number | null {
  try {
    return schemaDepth(new Thrift(footer))
  } catch (thrown) {
    if (thrown instanceof RangeError) return null
    throw thrown
  }
}

const schemaField = 2
const childrenField = 5

function schemaDepth(thrift: Thrift): number | null {
  for (let field = thrift.field(0); field !== null; field = thrift.field(field)) {
    if (field !== schemaField) {
      thrift.skip(thrift.type)
      continue
    }
    /** of each struct around the next element: how many of its children are still to come */
    const open: number[] = []
    let deepest = 0
    for (let left = thrift.listSize(); left > 0; left -= 1) {
      let children = 0
      for (let id = thrift.field(0); id !== null; id = thrift.field(id)) {
        if (id === childrenField) children = thrift.integer()
        else thrift.skip(thrift.type)
      }
      while (open.at(-1) === 0) open.pop()
      deepest = Math.max(deepest, open.length)
      const parent = open.pop()
      if (parent !== undefined) open.push(parent - 1)
      if (children > 0) open.push(children)
    }
    return deepest
  }
  return null
}
