/**
 * SQL that a person writes in the config (`where`, expressions over one row, whole queries): what of it is let through (DAT-05).
 *
 * The engine parses the text to a tree (`json_serialize_sql`, which runs nothing); here that tree is walked and every node must be of a
 * kind, and every function of a name, that is listed: what is not known is refused. So no file, no setting, no clock and no random number
 * can be read, whatever the engine learns to do later. A text that is one expression by itself stays one when it is put into brackets.
 */
import { nearest } from '../text/nearest.ts'
import { shorten, visible } from '../text/visible.ts'
import { type Sql, sql } from './facts.ts'

export type SqlForm = 'expression' | 'query'

export interface VerifiedSql {
  readonly form: SqlForm
  /** names of columns as written, each once; of a query they are the engine's to find */
  readonly columns: readonly string[]
  /** names of tables that a query reads */
  readonly tables: readonly string[]
}
export type Verification = { readonly ok: true; readonly sql: VerifiedSql } | { readonly ok: false; readonly why: string }

/** One row: `tree`. Line breaks around the text end a comment that stands at its end. */
export const parseQuery = (text: string, form: SqlForm): Sql =>
  sql('SELECT CAST(json_serialize_sql(CAST(? AS VARCHAR)) AS VARCHAR) AS tree', [
    form === 'expression' ? `SELECT\n${text}\n` : `(\n${text}\n)`,
  ])

const words = (list: string): ReadonlySet<string> => new Set(list.split(/\s+/).filter((word) => word !== ''))

const expressionClasses = words('CONSTANT COLUMN_REF COMPARISON CONJUNCTION OPERATOR BETWEEN CASE CAST FUNCTION')
const queryClasses = new Set([...expressionClasses, ...words('STAR SUBQUERY WINDOW')])

/** Of values: each is computed from its arguments alone, in a time and a memory that follow from them. */
const scalarFunctions = words(`
  + - * / // % ** ^ || & | << >> ~ ! @ ~~ !~~ ~~* !~~* ~~~ ^@ ~ !~
  abs ceil ceiling floor round trunc sign sqrt cbrt exp ln log log2 log10 pow power mod fmod greatest least ifnull nullif
  isnan isinf isfinite radians degrees sin cos tan atan atan2 xor bit_count even gcd lcm
  lower upper lcase ucase length len strlen char_length character_length trim ltrim rtrim substring substr left right replace concat concat_ws
  contains starts_with ends_with prefix suffix position strpos instr reverse split_part string_split str_split string_to_array
  like_escape ilike_escape not_like_escape not_ilike_escape regexp_matches regexp_full_match regexp_extract regexp_replace ascii unicode
  levenshtein jaro_winkler_similarity md5 sha256 hash
  date_part datepart date_trunc datetrunc date_diff datediff date_sub datesub date_add year month monthname day dayname dayofmonth dayofweek
  dayofyear decade century quarter week weekday weekofyear isodow isoyear yearweek hour minute second millisecond microsecond epoch epoch_ms
  epoch_us era make_date make_time make_timestamp last_day strftime strptime try_strptime to_days to_hours to_minutes to_seconds to_weeks
  to_months to_years age julian
  list_contains list_has array_contains list_has_any list_has_all list_position list_value array_length list_extract array_extract
  list_element struct_extract element_at map_extract cardinality list_sum list_min list_max list_avg list_distinct list_unique
  json_valid json_array_length json_extract_string json_exists json_type typeof
`)
const aggregateFunctions = words(`
  count count_star count_if countif sum avg mean min max median mode stddev stddev_samp stddev_pop var_samp var_pop variance quantile_cont
  quantile_disc corr covar_samp covar_pop bool_and bool_or any_value first last arg_min arg_max min_by max_by row_number rank dense_rank
  percent_rank cume_dist ntile lag lead first_value last_value nth_value
`)

/** Nodes of a query that are no expressions. */
const queryNodes = words(`
  SELECT_NODE SET_OPERATION_NODE CTE_NODE BASE_TABLE JOIN SUBQUERY EMPTY EXPRESSION_LIST ORDER_MODIFIER LIMIT_MODIFIER DISTINCT_MODIFIER
  LIMIT_PERCENT_MODIFIER ASCENDING DESCENDING ORDER_DEFAULT
`)

/** Names that the engine reads as functions of its own where no column has them. */
const engineValues = words(`
  current_catalog current_date current_role current_schema current_time current_timestamp current_user localtime localtimestamp session_user user
`)

type Node = Readonly<Record<string, unknown>>
const isNode = (value: unknown): value is Node => typeof value === 'object' && value !== null && !Array.isArray(value)
const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])
const filled = (value: unknown): boolean => (Array.isArray(value) ? value.length > 0 : isNode(value) ? true : Boolean(value))
const quoted = (text: unknown): string => `"${shorten(visible(String(text)), 60)}"`

class Refused extends Error {}

/**
 * @param tree what `parseQuery` gave
 * @param tables names that a query may read from
 */
export function verifySql(tree: string, form: SqlForm, tables: readonly string[] = []): Verification {
  try {
    return { ok: true, sql: form === 'expression' ? expressionOf(tree) : queryOf(tree, tables) }
  } catch (thrown) {
    if (thrown instanceof Refused) return { ok: false, why: thrown.message }
    throw thrown
  }
}

function statement(tree: string): Node {
  const parsed: unknown = JSON.parse(tree)
  if (!isNode(parsed) || parsed.error !== false) throw new Refused(`it is not SQL that the engine understands${where(parsed)}`)
  const statements = list(parsed.statements)
  const [only] = statements
  if (statements.length !== 1 || !isNode(only) || !isNode(only.node)) throw new Refused('it is more than one statement')
  return only.node
}

/** From where on, as far as the engine's parser says it. */
function where(parsed: unknown): string {
  const said = isNode(parsed) ? String(parsed.error_message) : ''
  if (said.endsWith('end of input')) return ': it ends too early'
  const near = /^syntax error at or near "(.*)"$/su.exec(said)?.[1]
  return near === undefined ? '' : `, from ${quoted(near)} on`
}

function expressionOf(tree: string): VerifiedSql {
  const node = statement(tree)
  const selected = list(node.select_list)
  const [expression] = selected
  const from = isNode(node.from_table) ? node.from_table.type : null
  const rest = ['modifiers', 'where_clause', 'group_expressions', 'group_sets', 'having', 'sample', 'qualify']
  const cte = isNode(node.cte_map) ? list(node.cte_map.map) : []
  if (node.type !== 'SELECT_NODE' || from !== 'EMPTY' || cte.length > 0 || rest.some((key) => filled(node[key])))
    throw new Refused('it is a query, and one expression over a row is wanted')
  if (selected.length !== 1 || !isNode(expression) || expression.alias !== '') throw new Refused('it is not one expression')
  demandTruth([expression])
  const columns = new Set<string>()
  walk(expression, (one) => {
    demandTruth(conditionsOf(one))
    expressionNode(one, expressionClasses, scalarFunctions)
    if (one.class !== 'COLUMN_REF') return
    const names = list(one.column_names)
    if (names.length !== 1) throw new Refused(`${quoted(names.join('.'))} is not the name of a column: write it in double quotes`)
    columns.add(String(names[0]))
  })
  return { form: 'expression', columns: [...columns], tables: [] }
}

const everyFunction = new Set([...scalarFunctions, ...aggregateFunctions])

function queryOf(tree: string, allowed: readonly string[]): VerifiedSql {
  const node = statement(tree)
  const tables = new Set<string>()
  const may = new Set(allowed.map((name) => name.toLowerCase()))
  walk(node, (one, named) => {
    demandTruth(conditionsOf(one))
    if (filled(one.sample)) throw new Refused('a sample may not be drawn here: its rows are other ones each time')
    if (one.class === 'COLUMN_REF') return valueOfTheRow(list(one.column_names))
    if (typeof one.class === 'string') return expressionNode(one, queryClasses, everyFunction)
    if (typeof one.type !== 'string') return
    if (!queryNodes.has(one.type)) throw new Refused(`${quoted(one.type.toLowerCase().replaceAll('_', ' '))} may not be written here`)
    if (one.type !== 'BASE_TABLE') return
    const table = String(one.table_name).toLowerCase()
    if (filled(one.schema_name) || filled(one.catalog_name) || !(named.has(table) || may.has(table)))
      throw new Refused(`there is no table ${quoted(one.table_name)}: only ${allowed.join(', ')} can be read`)
    if (!named.has(table)) tables.add(table)
  })
  return { form: 'query', columns: [], tables: [...tables] }
}

/** Where no column has such a name, the engine takes it for its own: the clock, or who runs it. */
function valueOfTheRow(names: readonly unknown[]): void {
  const [only] = names
  if (names.length === 1 && engineValues.has(String(only).toLowerCase()))
    throw new Refused(`${quoted(only)} is a value of the engine; where a column is meant, name its table too, such as data.${only}`)
}

function expressionNode(node: Node, classes: ReadonlySet<string>, functions: ReadonlySet<string>): void {
  if (typeof node.class !== 'string') return
  if (!classes.has(node.class)) throw new Refused(`a ${node.class.toLowerCase()} may not be written here`)
  const { function_name: name } = node
  if (isJoin(node) && list(node.children).some(isNoText))
    throw new Refused(
      `"||" joins text, and a condition or a number stands beside it: for either of two write OR, and for the text of a number '1'`,
    )
  if (name === undefined || isList(node)) return
  if (typeof name !== 'string' || filled(node.schema) || filled(node.catalog) || !functions.has(name.toLowerCase())) {
    throw new Refused(isOperator(name) ? badOperator(name) : badFunction(String(name), functions))
  }
}

/** Of a node: what of it is read as true or false. */
function conditionsOf(node: Node): readonly unknown[] {
  if (node.class === 'CONJUNCTION' || node.type === 'OPERATOR_NOT') return list(node.children)
  if (node.class === 'CASE') return list(node.case_checks).map((check) => isNode(check) && check.when_expr)
  return node.type === 'SELECT_NODE' ? [node.where_clause, node.having, node.qualify] : []
}

/** `a == 1 || b` is text here, of `true` and b, which the engine would take for true or false again, or for an error of the data. */
function demandTruth(conditions: readonly unknown[]): void {
  if (conditions.some(isJoin)) throw new Refused(`"||" joins text, and a condition is wanted: for either of two write OR`)
}

const isJoin = (value: unknown): value is Node => isNode(value) && value.class === 'FUNCTION' && value.function_name === '||'

const truthTypes = words('OPERATOR_NOT OPERATOR_IS_NULL OPERATOR_IS_NOT_NULL COMPARE_IN COMPARE_NOT_IN')
const numberTypes = words('TINYINT SMALLINT INTEGER BIGINT HUGEINT DECIMAL FLOAT DOUBLE')

/** Nobody joins these to a text: what was to be joined are conditions. */
function isNoText(value: unknown): boolean {
  if (!isNode(value)) return false
  if (value.class === 'COMPARISON' || value.class === 'CONJUNCTION' || value.class === 'BETWEEN') return true
  if (value.class === 'OPERATOR') return truthTypes.has(String(value.type))
  const constant = value.class === 'CONSTANT' && isNode(value.value) && isNode(value.value.type) ? value.value.type.id : null
  return numberTypes.has(String(constant))
}

/** `[1, 2]`: the engine itself puts its schema before the name */
const isList = ({ function_name: name, schema, catalog }: Node): boolean => name === 'list_value' && schema === 'main' && !filled(catalog)

function badFunction(name: string, functions: ReadonlySet<string>): string {
  const near = functions.has(name.toLowerCase()) ? null : nearest(name, [...functions])
  return `the function ${quoted(name)} may not be used here${near === null ? '' : `; did you mean ${near}?`}`
}

/** As other languages write it. */
const operatorOf: Readonly<Record<string, string>> = {
  '&&': 'AND',
  '!': 'NOT',
  '===': '=',
  '!==': '<>',
  '=~': '~',
  '<=>': 'IS NOT DISTINCT FROM',
}

const postfix = '__postfix'
const isOperator = (name: unknown): name is string => typeof name === 'string' && /^[^\w\s]+(__postfix)?$/.test(name)

function badOperator(name: string): string {
  const bare = name.replace(postfix, '')
  const written = Object.hasOwn(operatorOf, bare) ? operatorOf[bare] : undefined
  const said = name.endsWith(postfix) ? `nothing stands behind ${quoted(bare)}` : `there is no operator ${quoted(bare)} here`
  return written === undefined ? said : `${said}${name.endsWith(postfix) ? '; it' : ': it'} is written ${written}`
}

const none: ReadonlySet<string> = new Set()

/** @param named what `WITH` names around a node, in lower case: a name holds from the next one of its list on, and not in its own query */
function walk(value: unknown, visit: (node: Node, named: ReadonlySet<string>) => void, named = none): void {
  if (Array.isArray(value)) for (const inner of value) walk(inner, visit, named)
  if (!isNode(value)) return
  visit(value, named)
  const { cte_map: ctes, ...rest } = value
  let within = named
  for (const entry of isNode(ctes) ? list(ctes.map) : []) {
    walk(entry, visit, within)
    if (isNode(entry)) within = new Set([...within, String(entry.key).toLowerCase()])
  }
  for (const inner of Object.values(rest)) walk(inner, visit, within)
}
