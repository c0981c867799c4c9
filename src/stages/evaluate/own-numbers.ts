/**
 * `task: custom`: the numbers that the team's own evaluation wrote (`score.metrics_file`), taken at their word and judged like any other. The
 * model's file is looked at as always; its answers are nobody's to see here, and a baseline is what the ledger has of its numbers.
 */

import { resolve } from 'node:path'
import { judgedAs } from '../../core/evaluate/basis.ts'
import { figuresOf } from '../../core/evaluate/comparable.ts'
import { withHistory, withRuns } from '../../core/evaluate/history.ts'
import type { MissingBaseline } from '../../core/evaluate/missing-baseline.ts'
import { sizeChecks } from '../../core/evaluate/model-size.ts'
import { judgeNumbers, metricOfSpec } from '../../core/evaluate/own-numbers.ts'
import { holdoutOf, proofLevel, reuse, usualBudget } from '../../core/evaluate/reuse.ts'
import { taskChanged } from '../../core/evaluate/task-change.ts'
import { quoted } from '../../core/onnx/inspect.ts'
import { verb } from '../../core/report/format.ts'
import type { MetricSpec, ModelConfig } from '../../core/schema/config.ts'
import { isOfFile, needRows } from '../../core/schema/custom-spec.ts'
import type { EvaluateDetails } from '../../core/schema/evaluate-details.ts'
import { maxMetricsBytes, type OwnNumber, readMetricsFile } from '../../core/schema/metrics-file.ts'
import type { InputRecord } from '../../core/schema/result.ts'
import { shorten, visible } from '../../core/text/visible.ts'
import { UserError } from '../../errors.ts'
import { candidatePath, fetchedModel } from '../candidate.ts'
import type { ModelContext, ModelStage } from '../context.ts'
import { sourceRecords } from '../source-files.ts'
import { byNumbers, findBaseline } from './baseline.ts'
import { holdoutUses, ledgerView, withOneReading } from './ledger-view.ts'
import { lookAt } from './open-scorer.ts'
import type { ModelFile } from './scorer.ts'

export const evaluateNumbers: ModelStage = async (given) => {
  const context = withOneReading(given)
  const { model } = context
  refuseRows(context)
  const path = await candidatePath(context)
  const shown = model.model.kind === 'path' ? model.model.path : ((await fetchedModel(context))?.model.path ?? path)
  const { file, record, specs, numbers } = await readNumbers(context, model)
  const candidate = await lookAt(context, path, shown)
  const { test = null } = model.data.sources
  const tests = test === null ? [] : await sourceRecords(context, 'test', test)

  await using folder = await context.ports.files.temporaryFolder()
  const found = await findBaseline(context, candidate.digest, folder.path, null)
  const ledger = await ledgerView(context)
  const fingerprint = holdoutOf(tests)
  const uses =
    fingerprint === null
      ? ({ kind: 'unknown', because: 'data.test is not configured, so nothing says which test data it was' } as const)
      : holdoutUses(ledger, fingerprint, context)
  const rows = numbers.get(specs[0]?.metric ?? '')?.n ?? null
  const basis = judgedAs(model, { holdout: fingerprint ?? '', task: 'custom', rows: rows ?? 0 })
  const asked = withHistory(specs, ledger.state, basis)
  const { compared, input } = fingerprint === null ? onUnknownData(found) : byNumbers(found, basis, specs)
  const { mode, holdoutBudget: budget = usualBudget } = model.evaluate
  const policy = { onInconclusive: model.gate.onInconclusive, onMissing: model.baseline.onMissing }
  const judged = judgeNumbers({
    numbers,
    missing: compared.missing,
    ...input,
    specs: asked,
    mode,
    policy,
    proof: proofLevel(uses, candidate.digest),
  })
  const primary = judged.metrics.find((metric) => metric.name === judged.primary)
  const used = reuse(uses, candidate.digest, fingerprint ?? '', { mode, budget, paired: false }, primary)
  const size = sizeOf(context, candidate, compared.missing, found.inputs)
  const details: EvaluateDetails = {
    task: 'custom',
    primary: judged.primary,
    rows,
    excluded: {},
    labels: null,
    positive: null,
    threshold: null,
    rewrites: [],
    score_ms: 0,
    holdout: used.details,
    ...size.details,
    judged: { basis, figures: figuresOf(judged.metrics, specs) },
    scored: { by: 'metrics_file', how: file, inspected: model.format === 'onnx' },
    unchanged: compared.missing?.kind === 'unchanged',
    metrics: withRuns(judged.metrics, asked),
  }
  return {
    checks: [
      ...taskChanged(model.evaluate.taskBefore ?? null, 'custom', null),
      ...judged.checks,
      ...size.checks,
      used.check,
      ...compared.checks,
    ],
    details,
    inputs: [
      { role: 'model', path: shown, digest: candidate.digest, rows: null, bytes: candidate.bytes },
      ...compared.inputs,
      ...tests,
      record,
    ],
    baseline: compared.record,
    degraded: ledger.degraded,
  }
}

/** The base may ask for what the head has taken the rows away of: then nothing of it may fall silent. */
function refuseRows({ model }: ModelContext): void {
  const asked = needRows(model)
  if (asked.length === 0) return
  throw new UserError(
    'ROWS_NEEDED',
    `${asked.join(', ')} ${verb(asked.length, 'are')} asked for at the base and cannot be judged from score.metrics_file, which has numbers alone`,
    'change the policy of the base branch first, or let the model be scored by rows',
  )
}

/** @throws UserError METRICS_FILE_MISSING, METRICS_FILE_INVALID */
export async function readNumbers({ root, ports }: Pick<ModelContext, 'root' | 'ports'>, { score, evaluate }: ModelConfig) {
  if (score?.kind !== 'metrics_file') throw new Error('a custom task without its file of numbers')
  const { path } = score
  const file = shorten(visible(path), 200)
  const place = resolve(root, path)
  const bytes = await ports.files.read(place, maxMetricsBytes)
  const found = bytes === null ? null : await ports.files.digest(place)
  if (bytes === null || found === null)
    throw new UserError(
      'METRICS_FILE_MISSING',
      `there is no file ${file} (score.metrics_file)`,
      'run your evaluation in a step before this one, or correct the path',
    )
  const read = readMetricsFile(utf8(bytes))
  if (!read.ok)
    throw new UserError(
      'METRICS_FILE_INVALID',
      `${file}, which is score.metrics_file, ${read.why}`,
      'write a map of names to numbers, or to {value, low, high, n, direction}, such as {"accuracy": 0.91}',
    )
  const specs = evaluate.metrics.filter(isOfFile)
  demandNumbers(read.numbers, specs, file)
  const record: InputRecord = { role: 'metrics', path: file, digest: found.digest, rows: null, bytes: found.bytes }
  return { file, record, specs, numbers: read.numbers }
}

/** What is not UTF-8 is not JSON. */
const utf8 = (bytes: Uint8Array): string => new TextDecoder().decode(bytes)

/** A gate on a number that is not there, that points the other way or that cannot be is never a pass (GATE-01). */
function demandNumbers(numbers: ReadonlyMap<string, OwnNumber>, specs: readonly MetricSpec[], file: string): void {
  for (const spec of specs) {
    const gates = `evaluate.metrics.${spec.name}`
    const wrong = (why: string, fix: string) => new UserError('METRICS_FILE_INVALID', `${file}, which is score.metrics_file, ${why}`, fix)
    const number = numbers.get(spec.metric)
    const metric = metricOfSpec(spec)
    if (number === undefined || metric === null) {
      const has = [...numbers.keys()].slice(0, 10).map(quoted).join(', ')
      throw wrong(
        `has no number ${quoted(spec.metric)}, which ${gates} gates; it has ${has}`,
        'let your evaluation write it, or correct the name',
      )
    }
    if (number.direction !== null && number.direction !== metric.direction)
      throw wrong(
        `says of ${quoted(spec.metric)} that ${number.direction} is better, and the config says ${metric.direction}`,
        `correct the file, or ${gates}.direction`,
      )
    const [low, high] = metric.range ?? [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY]
    if (number.value < low || number.value > high)
      throw wrong(
        `has ${quoted(spec.metric)} outside of ${low} to ${high}, which is all that a ${spec.metric} can be`,
        `write it as a part of 1; or give ${gates} a direction of its own, when it is another number`,
      )
  }
}

type Compared = Awaited<ReturnType<typeof findBaseline>>

/** Two numbers on test data of which nobody knows whether they are the same are not compared. */
function onUnknownData(found: Compared): ReturnType<typeof byNumbers> {
  const { missing, stored } = found
  const input = stored === null ? {} : { stored }
  if (missing?.kind !== 'not-comparable') return { compared: found, input }
  const because = 'data.test is not configured, so nothing says whether it was the same test data: name its files there'
  return { compared: { ...found, missing: { ...missing, because } }, input }
}

function sizeOf({ model }: ModelContext, { bytes }: ModelFile, missing: MissingBaseline | null, inputs: readonly InputRecord[]) {
  const specs = model.evaluate.metrics.filter((spec) => !isOfFile(spec))
  if (specs.length === 0) return { checks: [], details: {} }
  const before = missing?.kind === 'unchanged' ? bytes : (inputs.find(({ role }) => role === 'baseline')?.bytes ?? null)
  const policy = { onInconclusive: model.gate.onInconclusive, onMissing: model.baseline.onMissing }
  return {
    checks: specs.flatMap((spec) => sizeChecks({ spec, candidate: bytes, baseline: before, missing, policy })),
    details: { measured: { bytes: { candidate: bytes, baseline: before }, graph: null, latency: [] } },
  }
}
