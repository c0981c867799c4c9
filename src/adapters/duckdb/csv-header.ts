/**
 * Names of columns, or a row that stands in their place? Names are shown to everybody, so a file without a header would show its first
 * row. What looks like a row is refused, unless the config says that it is names (`header: true`).
 *
 * A line looks like a row when one of its fields, an empty one set aside,
 * - has a shape of values (a number, a date, a mail address, …) that at least half of the values below it have too, or
 * - is text that stands below it once more, among others, where no other field is text above values of a shape.
 *
 * Names may be numbers: years, pixels, quantiles, labels of classes. Those are told from values by their order, which rows do not have.
 */

/** Rows below the first line that it is held against. */
export const judgedRows = 200

interface Field {
  readonly name: string
  /** what stands below it, empty ones left out */
  readonly values: readonly string[]
  readonly someEmpty: boolean
}

/** @param rows below the header, at most `judgedRows`; one with fewer fields is as if the others were empty */
export function looksLikeRow(header: readonly string[], rows: readonly (readonly string[])[]): boolean {
  // a header that stands there again says nothing of what the first one is
  const others = rows.filter((row) => header.length === 1 || row.length !== header.length || row.some((value, i) => value !== header[i]))
  const fields = header.flatMap((given, place): Field[] => {
    const name = beginning(given)
    const values = others.flatMap((row) => beginning(row[place] ?? '') || [])
    return name === '' ? [] : [{ name, values, someEmpty: values.length < others.length }]
  })
  // text above numbers or dates is a name, and so is then a label that is called as its column: late, spam
  const named = fields.some(
    ({ name, values }) => values.length > 0 && shapeOf(name) === undefined && values.every((value) => shapeOf(value)),
  )
  const numbers: Field[] = []
  for (const field of fields) {
    const shape = shapeOf(field.name)
    if (shape === undefined) {
      if (!named && standsBelow(field)) return true
    } else if (2 * field.values.filter((value) => shape.looks.test(value)).length >= field.values.length) {
      if (shape.name !== 'number' || !plainNumber.test(field.name)) return true
      if (!labelsShares(field)) numbers.push(field)
    }
  }
  return numbers.length > 0 && !arePlaces(fields) && !areRun(numbers)
}

/** A field may be as long as the file; what it looks like is seen at once. */
const beginning = (field: string): string => field.slice(0, 200).trim()

const plainNumber = /^[+-]?(\d+([.]\d*)?|[.]\d+)(e[+-]?\d+)?$/i

/** How values look and names do not. A number may be written for people: 1,234 or 12,5 or $5 or 5%. */
const shapes: readonly { readonly name: string; readonly looks: RegExp }[] = [
  { name: 'number', looks: /^[+-]?[$€£¥]?\s?([.]?\d[\d.,'\s]*)(e[+-]?\d+)?\s?[%€$£¥]?$/i },
  { name: 'date', looks: /^(\d{4}[-/.]\d{1,2}([-/.]\d{1,2})?|\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4})([T ]\d{1,2}:\d{2}.*)?$/ },
  { name: 'time', looks: /^\d{1,2}:\d{2}(:\d{2}([.]\d+)?)?$/ },
  { name: 'truth', looks: /^(true|false)$/i },
  { name: 'mail', looks: /^[^\s@]+@[^\s@]+[.][^\s@]+$/ },
  { name: 'address', looks: /^[a-z][a-z0-9+.-]*:\/\/\S+$/i },
  { name: 'phone', looks: /^[+(]\d[\d ()/.-]{5,}$/ },
  { name: 'digest', looks: /^(?=.*\d)[0-9a-f-]{16,}$/i },
]

const shapeOf = (text: string) => shapes.find(({ looks }) => looks.test(text))

/** A survey's column of one answer holds its own name, or nothing. */
const standsBelow = ({ name, values, someEmpty }: Field): boolean =>
  values.includes(name) && !(someEmpty && values.every((value) => value === name))

/** A whole number above shares: the label of a class, of which they are the probabilities. */
const labelsShares = ({ name, values }: Field): boolean =>
  Number.isInteger(Number(name)) &&
  values.length >= 3 &&
  !values.some((value) => Number(value) === Number(name)) &&
  values.every((value) => Number(value) >= 0 && Number(value) <= 1) &&
  values.some((value) => !Number.isInteger(Number(value)))

/** `,0`: what a table of one column without a name is written as, its index in front. */
const arePlaces = (fields: readonly Field[]): boolean => fields.length === 1 && fields[0]?.name === '0'

/** The names are in an order that rows are not in: by chance, few values are. */
function areRun(fields: readonly Field[]): boolean {
  if (!inOrder(fields.map(({ name }) => Number(name)))) return false
  if (fields.length < 5 && fields.some(({ name, values }) => values.some((value) => Number(value) === Number(name)))) return false
  const rows = Math.max(...fields.map(({ values }) => values.length))
  const ordered = Array.from({ length: rows }, (_, row) => fields.map(({ values }) => Number(values[row] ?? Number.NaN))).filter(inOrder)
  return rows > 0 && 2 * ordered.length < rows
}

/** Two that follow one another (or are −1 and 1), three or more at equal steps, or six or more that rise or fall. */
function inOrder(numbers: readonly number[]): boolean {
  const steps = numbers.slice(1).map((number, i) => number - (numbers[i] ?? Number.NaN))
  const [first] = steps
  if (first === undefined || !Number.isFinite(first) || first === 0) return false
  if (steps.length === 1) return numbers.every(Number.isInteger) && (first === 1 || (first === 2 && numbers[0] === -1))
  const even = steps.every((step) => Math.abs(step - first) <= 1e-9 * Math.abs(first))
  return even || (steps.length >= 5 && steps.every((step) => Math.sign(step) === Math.sign(first)))
}
