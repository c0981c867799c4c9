/**
 * `expect` as it is written: the data contract. Its keys are those of the table of checks; each check has a long form, a map of its
 * parameters and of what every check takes, and where the table says so a bare value. `expectations.ts` makes single checks of it.
 */
import { z } from 'zod'
import type { CheckEntry } from '../checks/entry.ts'
import { checkTable, findCheck } from '../checks/table.ts'
import { type Expectation, type ResultsFile, roles } from './config.ts'
import { choice, columnName, flag, path, section, severity, share, text } from './leaves.ts'
import { meant } from './meant.ts'
import { partly } from './partly.ts'
import { says, shown } from './problems.ts'

const on = z.array(choice(roles), { error: 'expected a list of train, validation, test, current' }).min(1, { error: 'this list is empty' })
const where = text
  .min(1, { error: 'this condition is empty' })
  .max(4000, { error: 'a condition has at most 4000 characters' })
  .describe('an SQL condition over one row: only rows of which it is true are judged')
const mostly = share.describe('part of the judged rows that must hold the rule, such as 99%')
const name = text
  .regex(/^[A-Za-z0-9][A-Za-z0-9 _.-]{0,99}$/, { error: 'a name has letters, digits, spaces and _ . -, at most 100' })
  .describe('stands in the id instead of the column, and tells two of the same check apart')

/** What every check takes beside its parameters. */
const common = {
  severity: severity.optional(),
  mostly: mostly.optional(),
  where: where.optional(),
  on: on.optional(),
  name: name.optional(),
}

type Params = Expectation['params']
type Given = Readonly<Record<string, unknown>>
export interface Common {
  readonly severity?: 'warn' | 'fail' | undefined
  readonly mostly?: number | undefined
  readonly where?: string | undefined
  readonly on?: readonly (typeof roles)[number][] | undefined
  readonly name?: string | undefined
}

/** One check as it was written. */
export interface WrittenCheck extends Common {
  readonly params: Params
}

const isMap = (value: unknown): value is Given => typeof value === 'object' && value !== null && !Array.isArray(value)

const commonPart = z.object(common)

/** Of what was written, what belongs to the check itself. */
const paramsOf = (entry: CheckEntry, given: Given): Params =>
  Object.fromEntries(Object.entries(given).filter(([key, value]) => value !== undefined && Object.hasOwn(entry.shape, key)))

/** Apart: what belongs to the check, and what every check takes. */
const split = (entry: CheckEntry, given: Given): WrittenCheck => ({ ...commonPart.parse(given), params: paramsOf(entry, given) })

/** What no single parameter shows. */
function refuse(entry: CheckEntry, params: Params, long: boolean, context: z.core.$RefinementCtx): void {
  const wrong = entry.wrong(params)
  if (wrong !== null) context.addIssue({ code: 'custom', message: wrong.text, path: wrong.key === undefined || !long ? [] : [wrong.key] })
}

/** What takes no `mostly` does not have the key; what reads no rows, no `where`. */
const commonOf = ({ takesMostly, takesWhere }: CheckEntry) => {
  const { mostly: most, where: only, ...rest } = common
  return { ...rest, ...(takesMostly ? { mostly: most } : {}), ...(takesWhere ? { where: only } : {}) }
}

/** The long form, and the bare one. Null: `unique: false`, which asks for nothing. */
function checkSchema(entry: CheckEntry): z.ZodType<WrittenCheck | null> {
  const long = section({ ...entry.shape, ...commonOf(entry) })
    .superRefine((given, context) => refuse(entry, paramsOf(entry, given), true, context))
    .transform((given): WrittenCheck | null => split(entry, given))
  const { short } = entry
  const bare = short === null ? null : entry.shape[short]
  const alone = section({ ...entry.shape }).safeParse({}).success && entry.wrong({}) === null
  const forms = [
    ...(bare === null || bare === undefined || short === null
      ? []
      : [
          bare
            .superRefine((value, context) => refuse(entry, { [short]: value }, false, context))
            .transform((value): WrittenCheck | null => ({ params: { [short]: value } })),
        ]),
    ...(alone ? [flag.transform((asked): WrittenCheck | null => (asked ? { params: {} } : null))] : []),
  ]
  const [first, ...more] = forms
  if (first === undefined) return long
  return z.union([first, ...more, long], {
    // what is no map was meant as the bare form, and is told what that form wants
    error: (issue) => (issue.code === 'invalid_union' && !isMap(issue.input) ? issue.errors[0]?.[0]?.message : undefined),
  })
}

type CheckKey = z.ZodOptional<z.ZodType<WrittenCheck | null>>
const made = new Map<CheckEntry, CheckKey>()
const checkKey = (entry: CheckEntry): CheckKey => {
  const there = made.get(entry) ?? checkSchema(entry).describe(entry.summary).optional()
  made.set(entry, there)
  return there
}

const namesOf = ({ name, also }: CheckEntry): readonly string[] => [name, ...also]

type CheckKeys = Readonly<Record<string, CheckKey>>

/** A section of checks and of other keys: of the checks it comes to those that are written. */
function sectionOfChecks<T extends z.ZodType>(
  subject: CheckEntry['on'],
  others: readonly string[],
  of: (checks: CheckKeys, allowed: readonly string[]) => T,
): z.ZodLazy<T> {
  const all = checkTable.filter((entry) => entry.on === subject && entry.name !== 'exists')
  const allowed = [...all.map((entry) => entry.name), ...others]
  const some = (asked: (name: string) => boolean) =>
    of(
      Object.fromEntries(
        all.flatMap((entry) =>
          namesOf(entry)
            .filter(asked)
            .map((key) => [key, checkKey(entry)] as const),
        ),
      ),
      allowed,
    )
  return partly(
    () => some(() => true),
    (given) => some((name) => isMap(given) && Object.hasOwn(given, name)),
  )
}

/** Keys of a column that are no checks are what its checks have unless they say otherwise. */
export interface WrittenColumn {
  readonly defaults: Common
  readonly checks: readonly (readonly [check: string, WrittenCheck])[]
}

const written = (given: Given): WrittenColumn['checks'] =>
  checkTable.flatMap((entry) =>
    namesOf(entry).flatMap((key) => {
      const one = given[key]
      return isWritten(one) ? [[entry.name, one] as const] : []
    }),
  )
const isWritten = (value: unknown): value is WrittenCheck => isMap(value) && isMap(value.params)

const { name: _, ...defaults } = common
export const expectColumn = sectionOfChecks('column', Object.keys(defaults), (checks, allowed) =>
  section({ ...checks, ...defaults }, allowed),
).transform((given): WrittenColumn => {
  const { severity, mostly, where, on } = commonPart.parse(given)
  return { defaults: { severity, mostly, where, on }, checks: written(given) }
})

export interface ListedCheck {
  readonly check: string
  readonly column: string | null
  readonly written: WrittenCheck
}

const listedForm = (entry: CheckEntry) =>
  section({
    check: z.literal(namesOf(entry)),
    ...(entry.on === 'column' ? { column: columnName } : {}),
    ...entry.shape,
    ...commonOf(entry),
  })
    .superRefine((given, context) => refuse(entry, paramsOf(entry, given), true, context))
    .transform(
      (given): ListedCheck => ({
        check: entry.name,
        column: entry.on === 'column' && 'column' in given && typeof given.column === 'string' ? given.column : null,
        written: split(entry, given),
      }),
    )

/** The check that another tool calls so, such as `expect_column_values_to_not_be_null`. */
const alsoCalled = (name: string): string | null =>
  name.length < 6
    ? null
    : (checkTable.find(({ elsewhere }) => elsewhere.some((words) => words.split(/[\s,=]+/).includes(name)))?.name ?? null)

function listedForms() {
  const [first, ...others] = checkTable.map(listedForm)
  if (first === undefined) throw new Error('the table of checks is empty')
  return z.discriminatedUnion('check', [first, ...others], {
    error: (issue) => {
      const check = isMap(issue.input) ? issue.input.check : undefined
      if (typeof check !== 'string') return 'expected a map that says which check: {check: min, column: delay, value: 0}'
      if (findCheck(check) !== null) return undefined
      const near = alsoCalled(check) ?? meant(check, checkTable.flatMap(namesOf))
      return says('UNKNOWN_CHECK', `There is no check ${shown(check)}.${near === null ? '' : ` Did you mean ${near}?`}`)
    },
  })
}
const listed = partly(listedForms, (given) => {
  const entry = isMap(given) && typeof given.check === 'string' ? findCheck(given.check) : null
  return entry === null ? null : listedForm(entry)
})

/** Where rows that break a rule may be shown: nowhere, or in a file of the machine that ran (PII-06). */
const samples = z.enum(['none', 'local'], {
  error: ({ input }) =>
    typeof input === 'string'
      ? says(
          'SAMPLES_PUBLIC',
          `${shown(input)} is no private place: cells of the data are never written where others read. Write local, which keeps them in the out folder, or none.`,
        )
      : undefined,
})

/** A report that another tool wrote. */
const results = z
  .union([path, section({ path, severity: severity.optional() })], { error: 'expected a file, or {path, severity}' })
  .transform(
    (given): ResultsFile =>
      typeof given === 'string' ? { path: given, severity: 'fail' } : { path: given.path, severity: given.severity ?? 'fail' },
  )
  .describe('a report of Great Expectations, Soda, dbt, pandera or JUnit: each of its checks is one of validate')

const others = {
  columns: z.record(z.string(), expectColumn, { error: 'expected a map of columns' }).optional(),
  checks: z.array(listed, { error: 'expected a list of checks' }).optional(),
  samples: samples.optional(),
  profile: z.enum(['always', 'needed']).optional(),
  results: z.array(results, { error: 'expected a list of files' }).max(20, { error: 'at most 20 files' }).optional(),
}
export const expectation = sectionOfChecks('table', Object.keys(others), (checks, allowed) =>
  section({ ...checks, ...others }, allowed),
).transform((given) => ({
  tables: written(given),
  columns: given.columns ?? {},
  checks: given.checks ?? [],
  samples: given.samples,
  profile: given.profile,
  results: given.results ?? [],
}))
