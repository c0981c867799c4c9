/** Reports of other tools (`expect.results`): files that were made before us, read whole and bounded (EVT-05). */
import { resolve } from 'node:path'
import type { Policy } from '../../core/gate/fold.ts'
import type { Check, InputRecord } from '../../core/schema/result.ts'
import { UserError } from '../../errors.ts'
import type { ModelContext } from '../context.ts'

const maxReportBytes = 16 * 2 ** 20

export async function readResults(
  { model, root, ports: { files } }: ModelContext,
  policy: Policy,
): Promise<{ readonly checks: readonly Check[]; readonly inputs: readonly InputRecord[] }> {
  const checks: Check[] = []
  const inputs: InputRecord[] = []
  const { results = [] } = model
  if (results.length === 0) return { checks, inputs }
  const { foreignChecks, resultsTrouble } = await import('../../core/foreign/checks.ts')
  for (const asked of results) {
    const place = resolve(root, asked.path)
    try {
      const bytes = await files.read(place, maxReportBytes)
      checks.push(...foreignChecks(asked, bytes === null ? null : utf8(bytes, asked.path), policy))
      const found = bytes === null ? null : await files.digest(place)
      if (found !== null) inputs.push({ role: 'results', path: asked.path, digest: found.digest, rows: null, bytes: found.bytes })
    } catch (thrown) {
      if (!(thrown instanceof UserError)) throw thrown
      checks.push(resultsTrouble(asked, thrown.code, `cannot be judged: ${thrown.message}`, thrown.fix))
    }
  }
  return { checks, inputs }
}

function utf8(bytes: Uint8Array, path: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (cause) {
    throw new UserError('RESULTS_UNREADABLE', `${path} is not UTF-8 text`, 'write it again as UTF-8', { cause })
  }
}
