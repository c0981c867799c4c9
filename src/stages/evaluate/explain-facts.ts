/** What `--explain` can say of this machine before any work: which files are there, how many rows, whether the ledger can be read. */
import { resolve } from 'node:path'
import { decidable, explainWaivers } from '../../core/evaluate/explain.ts'
import { dayOf, isExpired } from '../../core/gate/waivers.ts'
import { showRef } from '../../core/ledger/show-ref.ts'
import { shownSource } from '../../core/policy/shown.ts'
import { plural } from '../../core/report/format.ts'
import type { ModelConfig, Source } from '../../core/schema/config.ts'
import { targetColumns } from '../../core/schema/target-columns.ts'
import { UserError } from '../../errors.ts'
import type { RunContext } from '../context.ts'
import { noLedgerYet, readLedger } from '../ledger-change.ts'
import { openSource } from '../open-data.ts'
import { readNumbers } from './own-numbers.ts'

export async function explainFacts(context: RunContext, model: ModelConfig): Promise<readonly string[]> {
  const day = dayOf(context.clock.now())
  const waivers = (context.config.waivers ?? []).filter((waiver) => waiver.model === model.name && !isExpired(waiver, day))
  return [
    ...(await candidate(context, model)),
    ...(await rows(context, model)),
    ...(await answers(context, model)),
    ...(await ownNumbers(context, model)),
    ...(await references(context, model)),
    ...(await ledger(context, model)),
    ...explainWaivers(waivers),
  ]
}

const missing = (what: string, { code, message, fix }: UserError): string => `missing: ${what}: ${code}: ${message}. ${fix}`

async function told(what: string, work: () => Promise<readonly string[]>): Promise<readonly string[]> {
  try {
    return await work()
  } catch (thrown) {
    if (thrown instanceof UserError) return [missing(what, thrown)]
    throw thrown
  }
}

async function candidate({ root, ports: { files } }: RunContext, { model }: ModelConfig): Promise<readonly string[]> {
  const ref = model
  if (ref.kind !== 'path') return [`the candidate is ${showRef(ref)}: \`modelgate fetch\` gets it`]
  return told('the candidate', async () =>
    (await files.digest(resolve(root, ref.path))) === null
      ? [`missing: the candidate: there is no file ${ref.path} yet: train or fetch it`]
      : [],
  )
}

async function rows(context: RunContext, model: ModelConfig): Promise<readonly string[]> {
  const source = model.data.sources.test
  if (source === undefined || model.task === 'custom' || targetColumns(model.data).length === 0) return []
  return told('data.test', async () => {
    const table = await openSource(context, source, 'test')
    return [`data.test has ${plural(table.rows, 'row')}`, ...decidable(model, table.rows)]
  })
}

/** Which file it is is known once the baseline is. */
const perVersion = (source: Source | undefined): boolean => shownSource(source).includes('{version}')

/** Answers that were made elsewhere. */
async function answers(context: RunContext, { score, evaluate, baseline }: ModelConfig): Promise<readonly string[]> {
  const lines: string[] = []
  const sources = [
    ['score.predictions', score?.kind === 'predictions' ? score.source : undefined],
    ['evaluate.parity.predictions', evaluate.parity?.predictions],
    ...(perVersion(baseline.predictions) ? [] : [['baseline.predictions', baseline.predictions] as const]),
  ] as const
  for (const [key, source] of sources) {
    if (source === undefined) continue
    lines.push(
      ...(await told(key, async () => {
        const table = await openSource(context, source, key)
        return [`${key} has ${plural(table.rows, 'row')}`]
      })),
    )
  }
  return lines
}

async function ownNumbers(context: RunContext, model: ModelConfig): Promise<readonly string[]> {
  if (model.score?.kind !== 'metrics_file') return []
  return told('score.metrics_file', async () => {
    const { numbers } = await readNumbers(context, model)
    return [`score.metrics_file has ${plural(numbers.size, 'number')}`]
  })
}

async function references({ root, ports: { files } }: RunContext, { baseline }: ModelConfig): Promise<readonly string[]> {
  const lines: string[] = []
  for (const ref of baseline.from) {
    if (ref.kind !== 'path') continue
    lines.push(
      ...(await told(`the baseline ${ref.path}`, async () =>
        (await files.digest(resolve(root, ref.path))) === null ? [`missing: the baseline ${ref.path}: there is no such file`] : [],
      )),
    )
  }
  return lines
}

async function ledger(context: RunContext, { baseline, promote, evaluate }: ModelConfig): Promise<readonly string[]> {
  const asked =
    promote !== null ||
    evaluate.mode === 'non_inferior' ||
    evaluate.mode === 'superior' ||
    evaluate.metrics.some((metric) => metric.auto) ||
    baseline.from.some(({ kind }) => ['alias', 'version', 'main'].includes(kind))
  if (!asked) return []
  return told('the ledger', async () => {
    const transport = await context.ports.ledger()
    const { head } = await readLedger(transport)
    return head === null ? [`${noLedgerYet(transport)}: there is nothing to compare with, and uses of the holdout are not known`] : []
  })
}
