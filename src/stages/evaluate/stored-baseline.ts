/**
 * `baseline.predictions`: answers of a baseline that nobody can ask any more, in a file that the team keeps. They are joined on `data.id`, and count where
 * they answer every row that is evaluated, and where these are the rows that were answered then. Else the baseline is not comparable by rows.
 */
import { differingFigure } from '../../core/evaluate/comparable.ts'
import type { MissingBaseline } from '../../core/evaluate/missing-baseline.ts'
import type { MetricSpec, Source } from '../../core/schema/config.ts'
import type { EvaluateDetails } from '../../core/schema/evaluate-details.ts'
import type { Judged } from '../../core/schema/judged.ts'
import type { BaselineRecord } from '../../core/schema/result.ts'
import { UserError } from '../../errors.ts'
import type { ModelContext } from '../context.ts'
import { changeSince, type Today } from './changed-rows.ts'
import { ledgerView } from './ledger-view.ts'
import { readBeside } from './read-beside.ts'
import type { Scored, ScoreRequest } from './scorer.ts'
import { readStored } from './stored-scorer.ts'

const key = 'baseline.predictions'
/** The files are not of these rows, or there are none: nothing is wrong with the candidate. */
const notOfThese = new Set(['DATA_MISSING', 'PREDICTIONS_ROWS', 'PREDICTIONS_COLUMNS'])

export type StoredBaseline = { readonly kind: 'scored'; readonly scored: Scored } | MissingBaseline

/**
 * null: the config names none.
 * @throws UserError of a file that is there and wrong: IDS_REPEATED, MODEL_NAN, SCORES_OUTSIDE, DATA_DIGEST, DATA_UNREADABLE
 */
export async function storedBaseline(
  context: ModelContext,
  { ref, version, digest }: Pick<BaselineRecord, 'ref' | 'version' | 'digest'>,
  request: ScoreRequest & { readonly today: Today },
): Promise<StoredBaseline | null> {
  const source = sourceOf(context.model.baseline.predictions ?? null, version)
  if (source === null) return null
  const instead = (because: string): MissingBaseline => ({ kind: 'not-comparable', because })
  if (source === 'no version') return instead(`${key} is a file of each version, and ${ref} names none`)
  const { state } = await ledgerView(context)
  const change = await changeSince(context, state, digest, request.today)
  if (change !== null && (change.difference === null || 'by' in change.difference || change.difference.altered !== 0))
    return instead(
      `the test data is not that on which ${ref} was judged, and ${altered(change.difference)}, so ${key} may be answers to other rows`,
    )
  const start = context.clock.elapsed()
  try {
    const ids = await readBeside(request, context.model.data.id)
    // answers to rows that are there no more are left aside
    const stored = { source, key, role: 'baseline_predictions', leftOut: Number.MAX_SAFE_INTEGER }
    const answered = await readStored(context, stored, request, ids)
    return { kind: 'scored', scored: { ...answered, milliseconds: context.clock.elapsed() - start, renamed: [] } }
  } catch (thrown) {
    if (thrown instanceof UserError && notOfThese.has(thrown.code)) return instead(thrown.message)
    throw thrown
  }
}

type Change = NonNullable<Awaited<ReturnType<typeof changeSince>>>['difference']
const altered = (difference: Change): string =>
  difference === null || 'by' in difference
    ? 'what changed is not known here'
    : `${difference.altered ?? 0} of its rows ${difference.altered === 1 ? 'is another' : 'are others'} now`

/** With the version that it is of. `no version`: it is asked for, and there is none. */
function sourceOf(source: Source | null, version: string | null): Source | 'no version' | null {
  if (source === null || source.kind === 'profile') return null
  const paths = source.kind === 'files' ? source.paths : [source.pattern]
  if (version === null && paths.some((path) => path.includes('{version}'))) return 'no version'
  const of = (path: string) => path.replaceAll('{version}', version ?? '')
  return source.kind === 'files' ? { ...source, paths: source.paths.map(of) } : { ...source, pattern: of(source.pattern) }
}

/**
 * Where a run recorded what the baseline comes to on these very rows, its stored answers have to come to that.
 * @throws UserError BASELINE_PREDICTIONS
 */
export function refuseOthersAnswers(
  { record, judged }: { readonly record: BaselineRecord | null; readonly judged: Judged | null },
  now: Judged['basis'],
  rows: EvaluateDetails['metrics'],
  specs: readonly MetricSpec[],
): void {
  const differs = judged === null ? null : differingFigure(judged, now, rows, specs)
  if (differs === null) return
  throw new UserError(
    'BASELINE_PREDICTIONS',
    `${key} comes to ${differs.name} ${differs.now}, and ${differs.recorded} was recorded of ${record?.ref ?? 'the baseline'}${record?.version ? ` (${record.version})` : ''} on the same test data: they are not its answers`,
    'name the answers of that version, such as predictions: kept/{version}.parquet, and let nobody write to them',
  )
}
