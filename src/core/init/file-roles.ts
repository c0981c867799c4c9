/**
 * Which data file plays which role, by the words of its name. What a name does not say is asked for, never guessed in silence: one file alone
 * is taken as training data, and that is told.
 */
import { UserError } from '../../errors.ts'
import { type Role, roles } from '../schema/config.ts'
import { visible } from '../text/visible.ts'

const words: Readonly<Record<Role, readonly string[]>> = {
  train: ['train', 'training', 'trn'],
  validation: ['validation', 'valid', 'val', 'dev'],
  test: ['test', 'testing', 'tst', 'holdout', 'heldout', 'eval', 'evaluation'],
  current: ['current', 'prod', 'production', 'live', 'serving', 'latest'],
}

/** Endings of data files that init looks for. */
export const dataEndings = '{csv,tsv,parquet,jsonl,ndjson,csv.gz,tsv.gz,jsonl.gz,ndjson.gz}'

const baseName = (path: string): string => path.slice(path.lastIndexOf('/') + 1)
const stemOf = (path: string): string => baseName(path).replace(/(\.[A-Za-z]{2,8}){1,2}$/, '')

/** Null where no word of the name says a role, or words say two. */
export function roleOf(path: string): Role | null {
  const tokens = new Set(
    stemOf(path)
      .replace(/hold[ _-]?out/i, 'holdout')
      .replace(/([a-z])([A-Z])/g, '$1 $2')
      .toLowerCase()
      .split(/[^a-z]+/),
  )
  const found = roles.filter((role) => words[role].some((word) => tokens.has(word)))
  return found.length === 1 ? (found[0] ?? null) : null
}

export interface DataFiles {
  readonly sources: ReadonlyMap<Role, readonly string[]>
  /** one file, of which no name says what it is: taken as training data */
  readonly guessed: string | null
  /** found, and not used */
  readonly leftOut: readonly string[]
}

/** `train=data/a.csv` says a role; a bare path leaves it to the name. */
export function splitArgument(argument: string): { readonly role: Role | null; readonly path: string } {
  const said = roles.find((role) => argument.startsWith(`${role}=`))
  return said === undefined ? { role: null, path: argument } : { role: said, path: argument.slice(said.length + 1) }
}

const list = (paths: readonly string[]) => paths.slice(0, 8).map(visible).join(', ') + (paths.length > 8 ? ', …' : '')

/**
 * @param files relative to the config
 * @param given a person named these, so that each must get a role
 * @throws UserError ROLE_UNKNOWN, ROLE_AMBIGUOUS
 */
export function planFiles(files: readonly { readonly role: Role | null; readonly path: string }[], given: boolean): DataFiles {
  const placed = files.map(({ role, path }) => ({ path, role: role ?? roleOf(path) }))
  const silent = placed.filter(({ role }) => role === null).map(({ path }) => path)
  const [only, ...others] = placed
  if (only !== undefined && others.length === 0 && only.role === null)
    return { sources: new Map([['train', [only.path]]]), guessed: only.path, leftOut: [] }
  if (silent.length > 0 && (given || silent.length === placed.length)) {
    throw new UserError(
      'ROLE_UNKNOWN',
      `no name says what ${silent.length === 1 ? 'this file is' : 'these files are'}: ${list(silent)}`,
      `say it, such as: modelgate init train=${visible(silent[0] ?? '')}${silent[1] === undefined ? '' : ` test=${visible(silent[1])}`}`,
    )
  }
  const sources = new Map<Role, readonly string[]>()
  for (const role of roles) {
    const paths = placed.filter((one) => one.role === role).map(({ path }) => path)
    if (paths.length === 0) continue
    if (paths.length > 1 && !areParts(paths)) throw ambiguous(role, paths)
    sources.set(role, paths)
  }
  return { sources, guessed: null, leftOut: silent }
}

/** `train-00000-of-00002.parquet` and its like: names that differ in digits only. */
function areParts(paths: readonly string[]): boolean {
  return new Set(paths.map((path) => path.replace(/\d+/g, '0'))).size === 1
}

function ambiguous(role: Role, paths: readonly string[]): UserError {
  const apart = paths.some((path) => /^x[_-]/i.test(baseName(path))) && paths.some((path) => /^y[_-]/i.test(baseName(path)))
  return new UserError(
    'ROLE_AMBIGUOUS',
    `${paths.length} files could each be the ${role} data: ${list(paths)}`,
    apart
      ? 'put features and labels into one file, a column each, and name that'
      : `name the one that is meant: modelgate init ${role}=${visible(paths[0] ?? '')}; parts of one table go under data.${role} as a list`,
  )
}
