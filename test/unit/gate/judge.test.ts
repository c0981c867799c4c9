import { describe, expect, it } from 'vitest'
import type { Verdict } from '../../../src/core/gate/fold.ts'
import { passed } from '../../../src/core/gate/fold.ts'
import type { ModelStageName } from '../../../src/core/pipeline.ts'
import { type Check, makeCheck, type StageResult } from '../../../src/core/schema/result.ts'
import type { CollectedModel, CollectedStage } from '../../../src/stages/gate/collect.ts'
import { type Candidate, judgeModel } from '../../../src/stages/gate/judge.ts'
import { modelConfig, result } from '../report/samples.ts'

const digest = `sha256:${'4'.repeat(64)}`
const file: Candidate = { kind: 'file', digest }
const check = (stage: ModelStageName, effect: Verdict): Check => makeCheck({ id: `${stage}.x`, status: effect, effect, message: '' })
const inputs = [{ role: 'candidate', path: 'm.onnx', digest, rows: null, bytes: 1 }]

const found = (stage: ModelStageName, effects: readonly Verdict[], extra: Partial<StageResult> = {}): CollectedStage => ({
  stage,
  found: {
    kind: 'found',
    result: result('flights', {
      stage,
      checks: effects.map((effect) => check(stage, effect)),
      extra: { ...(stage === 'evaluate' ? { inputs } : {}), ...extra },
    }),
  },
})
const skipped = (stage: ModelStageName, because: string) => found(stage, [], { verdict: 'skipped', because })
const model = (stages: readonly CollectedStage[], change: Parameters<typeof modelConfig>[1] = {}): CollectedModel => ({
  config: modelConfig('flights', change),
  stages,
  notConfigured: [],
})
const good = [found('validate', ['pass']), found('train', ['pass']), found('evaluate', ['pass', 'pass']), found('drift', ['pass'])]
const replace = (stage: CollectedStage) => good.map((entry) => (entry.stage === stage.stage ? stage : entry))
const judge = (stages: readonly CollectedStage[], candidate: Candidate = file, failOn: 'fail' | 'warn' = 'fail') =>
  judgeModel(model(stages), candidate, { failOn })
const ids = (checks: readonly Check[]) => checks.map((entry) => entry.id)

describe('a gate', () => {
  it('passes what passes, and knows its bytes', () => {
    const { details, checks } = judge(good)
    expect(details).toMatchObject({ verdict: 'pass', promotable: true, digest })
    expect(ids(checks)).toEqual(['gate.verdict:flights'])
  })

  it.each([
    ['warn', 'warn', true],
    ['fail', 'fail', false],
    ['error', 'error', false],
  ] as const)('takes the worst: one %s makes it %s', (effect, verdict, promotable) => {
    expect(judge(replace(found('drift', ['pass', effect]))).details).toMatchObject({ verdict, promotable })
  })

  it('does not promote a warning where a pass is asked for', () => {
    const strict = model(replace(found('drift', ['warn'])), { promote: { to: ['production'], bump: 'auto', accept: 'pass' } })
    expect(judgeModel(strict, file, { failOn: 'fail' }).details).toMatchObject({ verdict: 'warn', promotable: false })
  })

  it('lets a warning fail when told, and says so', () => {
    const { details, checks } = judge(replace(found('drift', ['warn'])), file, 'warn')
    expect(details).toMatchObject({ verdict: 'fail', promotable: false })
    expect(ids(checks)).toContain('gate.fail_on_warn:flights')
    expect(judge(good, file, 'warn').details.verdict).toBe('pass')
  })

  it.each([
    ['pass', 'pass'],
    ['warn', 'warn'],
    ['fail', 'fail'],
  ] as const)('counts what is degraded as gate.on_degraded says: %s', (onDegraded, verdict) => {
    const stages = replace(found('validate', ['pass'], { degraded: ['cache'] }))
    const judged = judgeModel(model(stages, { gate: { onInconclusive: 'pass', onDegraded } }), file, { failOn: 'fail' })
    expect(judged.details.verdict).toBe(verdict)
    expect(judged.checks.find((entry) => entry.id === 'gate.degraded:flights')?.message).toContain('cache')
  })
})

describe('STAGE_MISSING a gate finds every stage the config asks for', () => {
  for (const stage of ['validate', 'train', 'evaluate', 'drift'] as const) {
    it(`${stage} left nothing`, () => {
      const { details, checks } = judge(replace({ stage, found: { kind: 'absent' } }))
      expect(details).toMatchObject({ verdict: 'error', promotable: false })
      const missing = checks.find((entry) => entry.id === `gate.stage_missing:${stage}`)
      expect(missing?.message).toMatch(/^STAGE_MISSING: /)
      expect(missing?.effect).toBe('error')
    })
  }

  it('refuses a result of another run, and says why', () => {
    const { details, checks } = judge(replace({ stage: 'evaluate', found: { kind: 'refused', why: 'it is of run 9, this is run 10' } }))
    expect(details.verdict).toBe('error')
    expect(checks.find((entry) => entry.id === 'gate.stage_missing:evaluate')?.message).toContain('it is of run 9')
  })

  it('refuses a verdict that its own checks contradict', () => {
    for (const planted of [found('evaluate', ['fail'], { verdict: 'pass' }), found('evaluate', ['fail'], { verdict: 'skipped' })])
      expect(judge(replace(planted)).details.verdict).toBe('error')
  })
})

describe('GATE-04 a gate that judged nothing is an error', () => {
  const saying = (stage: ModelStageName, id: string, effect: Verdict): CollectedStage =>
    found(stage, [], { checks: [makeCheck({ id, status: effect, effect, message: '' })], verdict: effect })
  const read = (effect: Verdict) => saying('validate', 'validate.read:train', effect)
  const untested = (effect: Verdict) => saying('drift', 'drift.nothing_tested', effect)

  it('says of each stage that judges why it did not', () => {
    const { checks } = judge([read('pass'), skipped('drift', 'no rows')])
    expect(checks.find(({ id }) => id === 'gate.empty:flights')?.message).toBe(
      'nothing was judged for flights: validate read the data and was asked for no check of it, drift was skipped (no rows)',
    )
  })

  it('data that could not be read are an error of their own, and one judgement is enough', () => {
    expect(ids(judge([read('error')]).checks)).not.toContain('gate.empty:flights')
    expect(judge([read('pass'), found('drift', ['pass'])]).details.verdict).toBe('pass')
  })

  it.each([
    ['no stage at all', []],
    ['every stage skipped', [skipped('validate', 'a'), skipped('evaluate', 'b'), skipped('drift', 'c')]],
    ['every check skipped', [found('validate', ['skipped']), found('evaluate', ['skipped'])]],
    ['a model was made and nothing looked at it', [found('train', ['pass'])]],
    ['made, and every look at it skipped', [found('train', ['pass']), skipped('evaluate', 'no labels')]],
    ['the data were read, and nothing was asked of them', [read('pass')]],
    ['they were read, and drift tested nothing', [read('pass'), untested('warn')]],
    ['a model was made of data that were read', [read('pass'), found('train', ['pass']), untested('skipped')]],
  ])('%s', (_, stages) => {
    const { details, checks } = judge(stages)
    expect(details).toMatchObject({ verdict: 'error', promotable: false })
    expect(ids(checks)).toContain('gate.empty:flights')
    expect(passed('error')).toBe(false)
  })

  it('is not one when something failed before it', () => {
    const { details, checks } = judge([found('train', ['error']), skipped('evaluate', 'train ended in error')])
    expect(details.verdict).toBe('error')
    expect(ids(checks)).not.toContain('gate.empty:flights')
  })
})

describe('GATE-09 a verdict is about bytes', () => {
  const others: readonly (readonly [string, Candidate])[] = [
    ['other bytes lie there now', { kind: 'file', digest: `sha256:${'5'.repeat(64)}` }],
    ['no file lies there now', { kind: 'none' }],
    ['where it lies is not known', { kind: 'unknown', why: 'MODEL_NOT_FETCHED: x', fix: 'fetch it' }],
  ]
  for (const [what, candidate] of others) {
    it(what, () => {
      const { details, checks } = judge(good, candidate)
      expect(details).toMatchObject({ verdict: 'error', promotable: false, digest: null })
      expect(ids(checks)).toContain('gate.candidate:flights')
    })
  }

  it('an evaluation that does not say what it evaluated is not believed', () => {
    expect(judge(replace(found('evaluate', ['pass'], { inputs: [] }))).details.verdict).toBe('error')
  })

  it('nothing is promotable whose bytes are not known', () => {
    const dataOnly = judgeModel(model([found('validate', ['pass'])]), { kind: 'none' }, { failOn: 'fail' })
    expect(dataOnly.details).toMatchObject({ verdict: 'pass', promotable: false, digest: null })
  })
})
