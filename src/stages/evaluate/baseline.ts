/** What the candidate is compared with: found, scored on the same rows, or the reason why not. */
import { basisDiffers } from '../../core/evaluate/basis.ts'
import { otherwiseBased, redefined, sameFigures, whatDiffers } from '../../core/evaluate/comparable.ts'
import type { JudgeInput } from '../../core/evaluate/judge-input.ts'
import type { MissingBaseline } from '../../core/evaluate/missing-baseline.ts'
import type { MetricSpec, ModelRef } from '../../core/schema/config.ts'
import type { Judged } from '../../core/schema/judged.ts'
import { type BaselineRecord, type Check, type InputRecord, makeCheck } from '../../core/schema/result.ts'
import { UserError } from '../../errors.ts'
import type { ModelContext } from '../context.ts'
import { resolveFirst } from '../resolve-model.ts'
import type { Resolution, ResolvedModel } from '../resolve-types.ts'
import type { Today } from './changed-rows.ts'
import { openScorer } from './open-scorer.ts'
import type { Scored, ScoreRequest, Scorer } from './scorer.ts'
import { storedBaseline } from './stored-baseline.ts'

export interface Compared {
  readonly scored: Scored | null
  /** why there are no scores; null when there are */
  readonly missing: MissingBaseline | null
  readonly stored: Readonly<Record<string, number | null>> | null
  /** what these numbers mean; null: nobody recorded it */
  readonly judged: Judged | null
  readonly record: BaselineRecord | null
  readonly inputs: readonly InputRecord[]
  readonly checks: readonly Check[]
  /** scores it once more on the same rows, where a command did; null: it would say the same */
  readonly again: (() => Promise<Scored>) | null
  /** files that its answers were read from, where they are stored ones */
  readonly answers: string | null
}

const none: Compared = {
  scored: null,
  missing: null,
  stored: null,
  judged: null,
  record: null,
  inputs: [],
  checks: [],
  again: null,
  answers: null,
}

/** @throws what was thrown, unless the baseline was made for other data: then nothing is wrong with the candidate, and nothing can be compared */
export function notComparable(compared: Compared, thrown: unknown): Compared {
  const differs = thrown instanceof UserError ? whatDiffers(thrown.code) : null
  if (!(thrown instanceof UserError) || differs === null) throw thrown
  const record = compared.record === null ? null : { ...compared.record, same_rows: false }
  return { ...compared, scored: null, record, missing: { kind: 'not-comparable', because: `${differs}: ${thrown.message}` } }
}

/** Of a baseline that is numbers only: which of them may be compared today, else what of their basis differs. */
export function byNumbers(
  compared: Compared,
  now: Judged['basis'],
  specs: readonly MetricSpec[],
): { readonly compared: Compared; readonly input: Pick<JudgeInput, 'stored' | 'unpaired' | 'redefined'> } {
  const { judged, missing, record } = compared
  const others = judged === null ? {} : redefined(judged.figures, specs)
  // a number of another definition is no level that this metric ever had
  const stored = compared.stored && Object.fromEntries(Object.entries(compared.stored).filter(([name]) => !Object.hasOwn(others, name)))
  if (stored === null || missing?.kind !== 'not-comparable') return { compared, input: stored === null ? {} : { stored } }
  const differs = judged === null ? 'nobody recorded what they mean' : basisDiffers(judged.basis, now)
  if (judged === null || differs !== null)
    return {
      compared: { ...compared, missing: { ...missing, because: `${missing.because}; ${differs}` } },
      input: { stored, redefined: others },
    }
  const metrics = sameFigures(judged, now, specs)
  return {
    compared: record === null ? compared : { ...compared, record: { ...record, same_rows: Object.keys(metrics).length > 0 } },
    input: {
      stored,
      redefined: { ...otherwiseBased(judged, now, specs), ...others },
      unpaired: { because: missing.because, metrics },
    },
  }
}

/** What the baseline is asked. */
export interface BaselineRequest extends Omit<ScoreRequest, 'shown' | 'beside'> {
  readonly data: string
  readonly today: Today
  /** called while the baseline is open, with what messages call it */
  readonly whileOpen?: (scorer: Scorer, shown: string) => Promise<void>
}

/**
 * @param digest of the candidate
 * @param folder where its bytes land
 * @param request null: nobody answers rows, so what the ledger has of its numbers is all there is
 */
export async function findBaseline(
  context: ModelContext,
  digest: string,
  folder: string,
  request: BaselineRequest | null,
): Promise<Compared> {
  const { from } = context.model.baseline
  if (from.length === 0)
    return {
      ...none,
      missing: {
        kind: 'no-baseline',
        because: 'no baseline is configured (`baseline.from` is empty)',
        fix: 'name one under `baseline.from`, such as production or a path; or write `baseline: {on_missing: pass}`',
      },
    }
  const found = await resolveFirst(from, context, folder)
  switch (found.kind) {
    case 'missing':
      return {
        ...none,
        missing: { kind: 'no-baseline', because: `there is no baseline yet; tried ${tried(found)}`, ...missingFiles(from) },
      }
    case 'numbers': {
      const record = { ref: found.ref, version: found.version, digest: found.digest, age_days: null, same_rows: false }
      const because = `only the numbers of ${found.ref} are known, not the model itself; tried ${tried(found)}`
      if (found.digest === digest) return { ...none, missing: unchanged(found.ref), stored: found.metrics, judged: found.judged, record }
      return fromStored(context, { ...none, record }, { because, numbers: found }, request)
    }
    case 'found':
      return scoreBaseline(context, found.model, digest, request)
  }
}

const tried = (resolution: Resolution): string => resolution.tried.join('; ')

/** Files that are named are not there by promoting something. */
const missingFiles = (from: readonly ModelRef[]): Pick<MissingBaseline, 'fix'> =>
  from.every(({ kind }) => kind === 'path') ? { fix: 'put the model of `baseline.from` there, or correct its path' } : {}

const unchanged = (ref: string): MissingBaseline => ({ kind: 'unchanged', because: `the model is the same file as ${ref}, byte for byte` })

async function scoreBaseline(
  context: ModelContext,
  model: ResolvedModel,
  digest: string,
  wanted: BaselineRequest | null,
): Promise<Compared> {
  const age = ageInDays(context, model)
  const record: BaselineRecord = { ref: model.ref, version: model.version, digest: model.digest, age_days: age, same_rows: true }
  const inputs: readonly InputRecord[] = [{ role: 'baseline', path: model.ref, digest: model.digest, rows: null, bytes: model.bytes }]
  const common: Compared = { ...none, record, inputs, checks: ageCheck(context, model, age) }
  if (model.digest === digest) return { ...common, missing: unchanged(model.ref), judged: model.numbers?.judged ?? null }

  const shown = `the baseline ${model.ref}`
  if (wanted === null || context.model.score?.kind === 'predictions') {
    const because =
      wanted === null
        ? `of ${model.ref} only the numbers are known`
        : `score.predictions answers for the candidate alone, and a released version keeps no rows: what ${model.ref} answers is not known`
    const fix = context.model.baseline.predictions === undefined ? keepThem : undefined
    return fromStored(context, common, { because, numbers: model.numbers, ...(wanted !== null && fix !== undefined && { fix }) }, wanted)
  }
  context.progress.say(`${context.model.name}: scoring ${shown}${model.version === null ? '' : ` (${model.version})`}`)
  const opened = await openBaseline(context, model, shown)
  if ('kind' in opened) return fromStored(context, common, { ...opened, numbers: model.numbers }, wanted)
  await using scorer = opened
  if (scorer.digest !== model.digest) {
    throw new UserError(
      'BASELINE_CHANGED',
      `${shown} is no longer the file that was verified`,
      'run it again; nothing else may write to the folder meanwhile',
    )
  }
  const { data, whileOpen, ...request } = wanted
  try {
    const asked = { ...request, shown: { model: shown, data } }
    const scored = await scorer.score(asked)
    await whileOpen?.(scorer, shown)
    return { ...common, scored, again: scorer.session === null ? () => scorer.score(asked) : null }
  } catch (error) {
    return notComparable(common, error)
  }
}

/**
 * With the columns that it was promoted with. A released version is what it was when it was judged: where our runtime cannot read it, it was never
 * ONNX, and others scored it. Any other file that cannot be read is broken, and an error.
 */
async function openBaseline(
  context: ModelContext,
  { path, version, features, ref }: ResolvedModel,
  shown: string,
): Promise<Scorer | MissingBaseline> {
  const { data, score = null } = context.model
  const own = features === null ? context : { ...context, model: { ...context.model, data: { ...data, features } } }
  try {
    return await openScorer(own, path, shown, false)
  } catch (thrown) {
    const foreign = thrown instanceof UserError && (thrown.code === 'MODEL_UNREADABLE' || thrown.code === 'MODEL_UNSAFE_FORMAT')
    if (!foreign || version === null || score !== null) throw thrown
    return {
      kind: 'not-comparable',
      because: `${ref} (${version}) is no ONNX file, and nothing answers rows for it`,
      fix: 'write score: {run: …}, a command that answers for either file by what it finds at $MODEL; or promote an ONNX model first',
    }
  }
}

const keepThem = 'keep the answers of what is promoted, and name them under baseline.predictions; they stay with you'

interface Unasked {
  /** why nobody can ask it */
  readonly because: string
  readonly fix?: string
  readonly numbers: ResolvedModel['numbers']
}

/** Of a baseline that nobody can ask: its stored answers where they are at hand, else what is known of its numbers. */
async function fromStored(
  context: ModelContext,
  common: Compared,
  { because, fix, numbers }: Unasked,
  wanted: BaselineRequest | null,
): Promise<Compared> {
  const { record } = common
  const judged = numbers?.judged ?? null
  const shown = { model: `the baseline ${record?.ref}`, data: wanted?.data ?? '' }
  const stored = wanted === null || record === null ? null : await storedBaseline(context, record, { ...wanted, shown })
  if (stored?.kind === 'scored' && record !== null) {
    const { scored } = stored
    const files = scored.inputs ?? []
    const answers = files.map(({ path }) => path).join(', ')
    return { ...common, record: { ...record, same_rows: true }, scored, judged, inputs: [...common.inputs, ...files], answers }
  }
  const missing: MissingBaseline = {
    kind: 'not-comparable',
    because: stored === null || stored.kind === 'scored' ? because : `${because}; ${stored.because}`,
    ...(fix !== undefined && { fix }),
  }
  return { ...common, missing, stored: numbers?.metrics ?? null, judged, record: record && { ...record, same_rows: false } }
}

const dayMs = 86_400_000

function ageInDays(context: ModelContext, model: ResolvedModel): number | null {
  const made = model.createdAt === null ? Number.NaN : Date.parse(model.createdAt)
  const age = (Date.parse(context.clock.now()) - made) / dayMs
  return Number.isFinite(age) ? Math.max(0, Math.round(age * 10) / 10) : null
}

/** baseline.max_age: something is due, nothing is broken. */
function ageCheck(context: ModelContext, model: ResolvedModel, age: number | null): readonly Check[] {
  const most = context.model.baseline.maxAgeDays
  if (most === null) return []
  const id = 'evaluate.baseline_age'
  if (age === null) return [makeCheck({ id, status: 'skipped', effect: 'skipped', message: `the age of ${model.ref} is not known` })]
  const old = age > most
  return [
    makeCheck({
      id,
      status: old ? 'warn' : 'pass',
      effect: old ? 'warn' : 'pass',
      unit: 'days',
      limit_kind: 'max',
      observed: age,
      limit: most,
      message: `the baseline ${model.ref} is ${age} days old (limit ${most})`,
      fix: old ? 'promote a newer model, or raise baseline.max_age' : null,
    }),
  ]
}
