/** Data files, profiled now: current data that no stage counted at the reference's edges, or a reference that is not the training data. */
import type { Role, Source } from '../../core/schema/config.ts'
import type { TableProfile } from '../../core/schema/profile.ts'
import type { InputRecord } from '../../core/schema/result.ts'
import { UserError } from '../../errors.ts'
import type { ModelContext } from '../context.ts'
import { buildProfile } from '../profile-table.ts'
import { sourceFiles } from '../train/source-files.ts'

export interface Profiled {
  readonly table: TableProfile
  /** the files as the user wrote them */
  readonly shown: string
  readonly inputs: readonly InputRecord[]
}

/**
 * @param reference whose kinds and edges are taken over, so that the two can be compared; null chooses them anew
 * @throws UserError DATA_MISSING, DATA_EMPTY, DATA_UNREADABLE
 */
export async function profileOfFiles(
  context: ModelContext,
  role: Role | 'reference',
  source: Exclude<Source, { kind: 'profile' }>,
  reference: TableProfile | null,
): Promise<Profiled> {
  const engine = await context.ports.engine()
  const request = await sourceFiles(context, role === 'reference' ? 'current' : role, source)
  const opened = await engine.open(request)
  const shown = opened.files.map((file) => file.path).join(', ')
  if (opened.rows === 0) throw new UserError('DATA_EMPTY', `${shown} has no rows`, 'give it rows, or correct the path')
  const table = await buildProfile(engine, opened, {
    role,
    sensitive: context.model.data.sensitive,
    ...(reference === null ? {} : { reference }),
  })
  const inputs = opened.files.map(({ path, digest, bytes }) => ({
    role,
    path,
    digest,
    bytes,
    rows: opened.files.length === 1 ? opened.rows : null,
  }))
  return { table, shown, inputs }
}
