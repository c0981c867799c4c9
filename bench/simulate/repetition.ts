/** One world drawn: a training table, tables of today that did or did not move, and what the product's own judge says of each. */
import { type DriftInput, type DriftJudgement, judgeDrift } from '../../src/core/drift/judge.ts'
import { predictionPrefix } from '../../src/core/drift/thresholds.ts'
import type { TableProfile } from '../../src/core/schema/profile.ts'
import { random } from '../../src/core/stats/random.ts'
import { drawAnswers, drawPredictions, drawTold, positive, target, withLabel } from './answers.ts'
import { columns, type Drawn, drawColumn } from './columns.ts'
import { category, drawLabel, drawShares, type Link, links } from './links.ts'
import { countPairs } from './pairs.ts'
import { profileOf } from './profile.ts'
import { type Scenario, scenarios } from './scenarios.ts'

/** Standard deviations that are certain in many rows and of no importance in any, and how much more columns tell of the label. */
const tilt = 0.02
const stronger = 1.1

export interface Alarms {
  readonly warn: boolean
  readonly fail: boolean
}

/** What the judge said, of one column or of all. */
export interface Outcome {
  /** any check */
  readonly any: Alarms
  /** by the distance alone */
  readonly shift: Alarms
  /** names of the checks that alarmed, each once */
  readonly by: readonly string[]
}

type Named = readonly [name: string, outcome: Outcome]

/** JSON can say all of it: bench/kept.ts. */
export interface Repetition {
  readonly quiet: Outcome
  /** the same with a label and predictions, which did not move either: all that a run looks at */
  readonly whole: Outcome
  /** every column moved, by nothing that matters */
  readonly immaterial: Outcome
  /** the same with predictions that moved as little, and a label of which a number and a category tell a tenth more than they did. Null when it was not asked for */
  readonly immaterialWhole: Outcome | null
  /** by name of the scenario: the column that moved. Empty when shifts were not asked for */
  readonly shifted: readonly Named[]
  /** by name of the link: what is said of how the category and the label go together */
  readonly linked: readonly Named[]
}

/** Numbers that differ in any part give seeds that have nothing in common. */
export function seedOf(...parts: readonly number[]): number {
  let h = 0x811c9dc5
  for (const part of parts) for (const byte of [part, part >>> 8, part >>> 16, part >>> 24]) h = Math.imul(h ^ (byte & 255), 0x01000193)
  return h >>> 0
}

const neverInconclusive = { onInconclusive: 'pass', onMissing: 'pass', onDegraded: 'pass' } as const

export function judge(reference: TableProfile, current: TableProfile, options: Partial<DriftInput> = {}): DriftJudgement {
  return judgeDrift({
    reference,
    current,
    targets: [],
    positive: null,
    features: null,
    leaveOut: [],
    columns: {},
    policy: neverInconclusive,
    capAtWarn: false,
    ...options,
  })
}

/** @param name of a column; null: all of the table */
export function outcome({ checks }: DriftJudgement, name: string | null): Outcome {
  const alarms = checks.filter(({ column, effect }) => (name === null || column === name) && (effect === 'warn' || effect === 'fail'))
  const shifts = alarms.filter(({ id }) => id.startsWith('drift.shift'))
  const of = (list: typeof alarms): Alarms => ({ warn: list.length > 0, fail: list.some(({ effect }) => effect === 'fail') })
  return { any: of(alarms), shift: of(shifts), by: [...new Set(alarms.map(({ id, column }) => whatAlarmed(id, column ?? null)))] }
}

/** Name of the check, and of which family where it is not the columns. */
function whatAlarmed(id: string, column: string | null): string {
  const name = id.replace(/^drift\./, '').replace(/:.*$/, '')
  if (column === target) return `${name} of the label`
  return column?.startsWith(predictionPrefix) ? `${name} of predictions` : name
}

/** @param told with the label that columns tell a tenth more of */
export function repeat(rows: number, seed: number, withShifts: boolean, told: boolean): Repetition {
  const rng = random(seed)
  let tables = 0
  const profile = (role: string, drawn: readonly Drawn[], reference: TableProfile | null) =>
    profileOf(role, drawn, seed + tables++, reference)

  const draw = (tilt: number) => columns.map((spec) => drawColumn(spec, rows, rng, spec.make(tilt)))
  const today = draw(0)
  const before = draw(0)
  const reference = profile('train', before, null)
  const current = profile('current', today, reference)
  const tilted = draw(tilt)
  const slightly = profile('current', tilted, reference)

  /** The quiet table with one column put in its place: the others are the same rows. */
  function shifted({ column, draw: changed, labels }: Scenario): Outcome {
    const spec = columns.find(({ name }) => name === column)
    const known = reference.columns.find(({ name }) => name === column)
    if (spec === undefined || known === undefined) throw new RangeError(`no column ${column}`)
    const drawn = drawColumn(spec, rows, rng, changed, labels ?? spec.labels)
    const moved = profile('current', [drawn], { ...reference, columns: [known] })
    const pairs = countPairs(
      today.map((one) => (one.name === column ? drawn : one)),
      reference,
    )
    const all = current.columns.map((one) => moved.columns.find(({ name }) => name === one.name) ?? one)
    return outcome(judge(reference, { ...moved, columns: all, pairs }), column)
  }

  /** From numbers of its own, so that the columns are the same with and without. */
  function whole(): Outcome {
    const own = random(seedOf(seed, 1))
    const [then, now] = [drawAnswers(rows, own), drawAnswers(rows, own)]
    const answered = profile('predictions', then.predictions, null)
    const labelled = withLabel(reference, before, then.label, seed + tables++, null)
    return outcome(
      judge(labelled, withLabel(current, today, now.label, seed + tables++, labelled), {
        targets: [target],
        positive,
        predictions: { reference: answered, current: profile('predictions', now.predictions, answered) },
      }),
      null,
    )
  }

  function immaterialWhole(): Outcome {
    const own = random(seedOf(seed, 3))
    const answered = profile('predictions', drawPredictions(rows, 0, own), null)
    const labelled = withLabel(reference, before, drawTold(before, 1, own), seed + tables++, null)
    return outcome(
      judge(labelled, withLabel(slightly, tilted, drawTold(tilted, stronger, own), seed + tables++, labelled), {
        targets: [target],
        positive,
        predictions: { reference: answered, current: profile('predictions', drawPredictions(rows, tilt, own), answered) },
      }),
      null,
    )
  }

  /** Both tables with a label that the category tells something of. */
  function linked(link: Link, at: number): Outcome {
    const own = random(seedOf(seed, 2, at))
    const [then, plain] = [categoryOf(before), categoryOf(today)]
    const now = link.shares === undefined ? plain : drawShares(link.shares, plain, own)
    const drawn = today.map((one) => (one === plain ? now : one))
    const moved =
      now === plain ? null : profile('current', [now], { ...reference, columns: reference.columns.filter(({ name }) => name === now.name) })
    const columns = current.columns.map((one) => moved?.columns.find(({ name }) => name === one.name) ?? one)
    const labelled = withLabel(reference, before, drawLabel(link, link.before, then, own), seed + tables++, null)
    const asked = withLabel({ ...current, columns }, drawn, drawLabel(link, link.now, now, own), seed + tables++, labelled)
    const judged = judge(labelled, asked, { targets: [target], positive })
    return outcome({ ...judged, checks: judged.checks.filter(({ id }) => id.startsWith('drift.association:')) }, null)
  }

  return {
    quiet: outcome(judge(reference, current), null),
    whole: whole(),
    immaterial: outcome(judge(reference, slightly), null),
    shifted: withShifts ? scenarios.map((scenario) => [scenario.name, shifted(scenario)]) : [],
    linked: withShifts ? links.map((link, at) => [link.name, linked(link, at)]) : [],
    immaterialWhole: told ? immaterialWhole() : null,
  }
}

function categoryOf(drawn: readonly Drawn[]): Drawn {
  const found = drawn.find(({ name }) => name === category.name)
  if (found === undefined) throw new RangeError(`no column ${category.name}`)
  return found
}
