/** `expect`: the data contract as a list of single checks, one entry each, that the table of checks knows by name. */
import { checkId } from '../checks/report.ts'
import { findCheck } from '../checks/table.ts'
import type { DataSpec, Expectation, Role } from './config.ts'
import { roles } from './config.ts'
import type { ModelFile } from './config-file.ts'
import type { Common, WrittenCheck, WrittenColumn } from './expect-file.ts'
import { invalid, type Path, type Problem, shown } from './problems.ts'

type Expect = NonNullable<ModelFile['expect']>

/** Where an expectation was written. */
interface Placed {
  readonly expectation: Expectation
  readonly path: Path
}

export function expectations(expect: Expect | undefined, data: DataSpec, path: Path, problems: Problem[]): readonly Expectation[] {
  if (expect === undefined) return []
  const make = maker(data, problems)
  const placed: Placed[] = expect.tables.map(([check, written]) => make(check, null, written, {}, [...path, check]))
  for (const [name, column] of Object.entries(expect.columns)) {
    const at = [...path, 'columns', name]
    checkColumn(column, at, problems)
    placed.push(make('exists', name, { params: {} }, column.defaults, at))
    for (const [check, written] of column.checks) placed.push(make(check, name, written, column.defaults, [...at, check]))
  }
  for (const [index, { check, column, written }] of expect.checks.entries()) {
    const at = [...path, 'checks', index]
    if (
      column !== null &&
      check !== 'exists' &&
      !placed.some(({ expectation }) => expectation.check === 'exists' && expectation.column === column)
    )
      placed.push(make('exists', column, { params: {}, on: written.on, severity: written.severity }, {}, at))
    placed.push(make(check, column, written, {}, at))
  }
  noTwins(placed, problems)
  if (placed.length > 0 && rolesWithRows(data).length === 0)
    problems.push(invalid(path, 'Nothing under data has rows, so none of this would ever be checked.'))
  return placed.map(({ expectation }) => expectation)
}

const rolesWithRows = ({ sources }: DataSpec): readonly Role[] =>
  roles.filter((role) => sources[role] !== undefined && sources[role].kind !== 'profile')

const whyNoRows = ({ sources }: DataSpec, role: Role): string =>
  sources[role] === undefined ? 'is not configured' : 'is a stored profile, which has no rows'

type Make = (check: string, column: string | null, written: WrittenCheck, defaults: Common, path: Path) => Placed

/** What was said at the check, else at its column, else what is usual. */
function maker(data: DataSpec, problems: Problem[]): Make {
  const configured = roles.filter((role) => data.sources[role] !== undefined)
  const withRows = rolesWithRows(data)
  return (check, column, written, defaults, path) => {
    const entry = findCheck(check)
    if (entry === null) throw new Error(`there is no check ${check}`)
    const said = written.on ?? defaults.on
    const at = written.on === undefined && column !== null ? path.slice(0, -1) : path
    for (const [i, role] of (said ?? []).entries()) {
      const place = [...(check === 'exists' ? path : at), 'on', i]
      if (!withRows.includes(role))
        problems.push(
          invalid(
            place,
            `data.${role} ${whyNoRows(data, role)}, so this would never be checked. Take ${role} out of on, or name a file with rows as data.${role}.`,
          ),
        )
      else if (written.on !== undefined && entry.roles?.includes(role) === false)
        problems.push(invalid(place, `${check} is judged on ${entry.roles.join(' and ')} only.`))
    }
    const suits = (role: Role) => entry.roles === null || entry.roles.includes(role)
    const judgedOn = (said ?? configured).filter(suits)
    const never = said === undefined ? !judgedOn.some((role) => withRows.includes(role)) : judgedOn.length === 0
    if (never && withRows.length > 0) {
      const why = said === undefined ? ', and data has no such rows' : ''
      problems.push(invalid(path, `${check} is judged on ${entry.roles?.join(' and ')}${why}, so this would never be checked.`))
    }
    const mostly = entry.takesMostly ? (written.mostly ?? defaults.mostly) : undefined
    const where = entry.takesWhere ? (written.where ?? defaults.where) : undefined
    return {
      path,
      expectation: {
        check,
        column,
        params: written.params,
        severity: written.severity ?? defaults.severity ?? 'fail',
        on: judgedOn,
        ...(written.name === undefined ? {} : { name: written.name }),
        ...(mostly === undefined ? {} : { mostly }),
        ...(where === undefined ? {} : { where }),
      },
    }
  }
}

/** A check is found again by its id: in the report, in a waiver, in the policy of the base. */
function noTwins(placed: readonly Placed[], problems: Problem[]): void {
  const seen = new Set<string>()
  for (const { expectation, path } of placed) {
    const id = checkId(expectation)
    if (seen.has(id)) problems.push(invalid(path, `There are two checks ${shown(id)}: give one of them a \`name\`.`))
    seen.add(id)
  }
}

function checkColumn({ checks }: WrittenColumn, at: Path, problems: Problem[]): void {
  const bounds = new Map(checks.map(([check, { params }]) => [check, params.value]))
  const [min, max] = [bounds.get('min'), bounds.get('max')]
  if (typeof min === 'number' && typeof max === 'number' && min > max)
    problems.push(invalid([...at, 'min'], `min ${min} is above max ${max}: nothing could pass.`))
}
