/** Elements of the schema of a Parquet file, as its footer has them: columns and structs, and what their values are. */
import { type Fields, wire } from './parquet-fields.ts'

export interface SchemaElement {
  readonly name: string
  /** physical, as the format numbers them; null is a struct, as for `children` where it is none */
  readonly type: number | null
  readonly length: number | null
  readonly repetition: number | null
  readonly children: number | null
  readonly converted: number | null
  /** the member of the union, and what it says of itself: `STRING`, `INTEGER 8 true`, `TIME true MICROS`; null where none is said */
  readonly logical: string | null
  readonly scale: number | null
  readonly precision: number | null
}

/** Members of the union LogicalType that say nothing more of themselves, by their number. */
const logicalTypes: Readonly<Record<number, string>> = { 1: 'STRING', 4: 'ENUM', 6: 'DATE', 12: 'JSON', 14: 'UUID' }
const units: Readonly<Record<number, string>> = { 1: 'MILLIS', 2: 'MICROS', 3: 'NANOS' }

export function readElement(fields: Fields): SchemaElement {
  const said: { -readonly [Key in keyof SchemaElement]: SchemaElement[Key] } = {
    name: '',
    type: null,
    length: null,
    repetition: null,
    children: null,
    converted: null,
    logical: null,
    scale: null,
    precision: null,
  }
  fields.struct([4], (id) => {
    if (id === 1) said.type = fields.one('type')
    else if (id === 2) said.length = fields.whole(wire.int)
    else if (id === 3) said.repetition = fields.one('repetition')
    else if (id === 4) said.name = fields.text()
    else if (id === 5) said.children = fields.whole(wire.int)
    else if (id === 6) said.converted = fields.one('converted')
    else if (id === 7) said.scale = fields.whole(wire.int)
    else if (id === 8) said.precision = fields.whole(wire.int)
    else if (id === 9) fields.whole(wire.int)
    else if (id === 10) said.logical = readLogical(fields)
    else return false
    return true
  })
  return said
}

function readLogical(fields: Fields): string | null {
  let found: string | null = null
  fields.inner([], (member) => {
    const plain = logicalTypes[member]
    if (found !== null) fields.odd = true
    if (plain !== undefined) {
      fields.inner([], () => false)
      found = plain
    } else if (member === 5) {
      let [scale, precision] = [-1, -1]
      fields.inner([1, 2], (id) => {
        if (id === 1) scale = fields.whole(wire.int)
        else if (id === 2) precision = fields.whole(wire.int)
        else return false
        return true
      })
      found = `DECIMAL ${precision} ${scale}`
    } else if (member === 7 || member === 8) {
      let utc = false
      let unit = ''
      fields.inner([1, 2], (id) => {
        if (id === 1) utc = fields.truth()
        else if (id === 2) unit = readUnit(fields)
        else return false
        return true
      })
      found = `${member === 7 ? 'TIME' : 'TIMESTAMP'} ${utc} ${unit}`
    } else if (member === 10) {
      let bits = 0
      let signed = false
      fields.inner([1, 2], (id) => {
        if (id === 1) bits = fields.byte()
        else if (id === 2) signed = fields.truth()
        else return false
        return true
      })
      found = `INTEGER ${bits} ${signed}`
    } else return false
    return true
  })
  return found
}

/** Empty: none that is known. */
function readUnit(fields: Fields): string {
  let unit = ''
  fields.inner([], (of) => {
    unit = units[of] ?? ''
    fields.inner([], () => false)
    return true
  })
  return unit
}
