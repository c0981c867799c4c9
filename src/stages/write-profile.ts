/** Table profiles → a file of the format `modelgate/profile@1`: one writer, whoever counted them. */
import { dirname } from 'node:path'
import { type Profile, profileSchema, type TableProfile } from '../core/schema/profile.ts'
import type { ModelContext } from './context.ts'

export async function writeProfile(
  { ports, model, toolVersion }: ModelContext,
  path: string,
  tables: readonly TableProfile[],
): Promise<void> {
  const engine = await ports.engine()
  const profile: Profile = profileSchema.parse({
    schema: 'modelgate/profile@1',
    engine: await engine.describe(),
    tool: { name: 'modelgate', version: toolVersion },
    target: model.data.targets ?? model.data.target,
    tables,
  })
  await ports.files.makeFolder(dirname(path))
  await ports.files.write(path, `${JSON.stringify(profile)}\n`)
}
