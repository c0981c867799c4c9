import { describe, expect, it } from 'vitest'
import { applyWaivers, readWaiverLimit, waiverUses } from '../../../src/core/gate/waivers.ts'
import { renderHtml } from '../../../src/core/report/html.ts'
import { commentBody } from '../../../src/core/report/markdown.ts'
import { verdictTable } from '../../../src/core/report/terminal.ts'
import type { Waiver } from '../../../src/core/schema/config.ts'
import { gateDetails } from '../../../src/core/schema/details.ts'
import { type Check, makeCheck } from '../../../src/core/schema/result.ts'
import { executeForModel } from '../../../src/stages/execute.ts'
import { makeRun, putAll } from '../../contract/comment/support.ts'
import { parse, problems, whole } from '../config/support.ts'
import { applyTexts } from '../policy/support.ts'
import { modelConfig, passing } from '../report/samples.ts'

const waiver = (change: Partial<Waiver> = {}): Waiver => ({
  model: 'flights',
  check: 'evaluate.max_drop:roc_auc',
  limit: null,
  reason: 'the new route has no history',
  owner: 'ana',
  until: '2026-12-01',
  ...change,
})
const fell = (by: number, change: Partial<Check> = {}): Check =>
  makeCheck({
    id: 'evaluate.max_drop:roc_auc',
    status: 'fail',
    effect: 'fail',
    limit_kind: 'max_drop',
    observed: 0.7 - by,
    baseline: 0.7,
    delta: -by,
    message: 'roc_auc fell',
    fix: 'improve the model',
    ...change,
  })
const effectOf = (check: Check, ...waivers: readonly Waiver[]) => applyWaivers([check], waivers, '2026-11-23')[0]?.effect

describe('a waiver', () => {
  it('takes the effect of a failing check, not its status, and is written into it', () => {
    const [check] = applyWaivers([fell(0.02)], [waiver()], '2026-11-23')
    expect(check).toMatchObject({ status: 'fail', effect: 'pass', fix: null, waived: { owner: 'ana', until: '2026-12-01', limit: null } })
    expect(check?.message).toBe('roc_auc fell. Waived by ana until 2026-12-01: the new route has no history')
  })

  it.each([
    ['its last day', '2026-12-01', 'pass'],
    ['the day after', '2026-12-02', 'fail'],
  ])('on %s', (_, day, effect) => {
    const [check] = applyWaivers([fell(0.02)], [waiver()], day)
    expect(check?.effect).toBe(effect)
    if (effect === 'fail') expect(check?.message).toBe('roc_auc fell. The waiver of ana ended on 2026-12-01: it counts again.')
  })

  it('accepts up to its limit, exactly', () => {
    expect(effectOf(fell(0.03), waiver({ limit: '3pp' }))).toBe('pass')
    expect(effectOf(fell(0.030001), waiver({ limit: '3pp' }))).toBe('fail')
    expect(applyWaivers([fell(0.04)], [waiver({ limit: '3pp' })], '2026-11-23')[0]?.message).toContain('accepts it up to 3pp only')
    expect(effectOf(fell(0.07), waiver({ limit: '10% relative' }))).toBe('pass')
    expect(effectOf(fell(0.071), waiver({ limit: '10% relative' }))).toBe('fail')
  })

  it('reads a limit on a level in the direction of the check', () => {
    const min = makeCheck({ id: 'evaluate.min:roc_auc', status: 'fail', effect: 'fail', limit_kind: 'min', observed: 0.68, message: '' })
    expect(effectOf(min, waiver({ check: 'evaluate.min:*', limit: '0.65' }))).toBe('pass')
    expect(effectOf(min, waiver({ check: 'evaluate.min:*', limit: '0.69' }))).toBe('fail')
    const ratio = makeCheck({
      id: 'evaluate.fairness_ratio:tpr:sex',
      status: 'fail',
      effect: 'fail',
      limit_kind: 'min_ratio',
      observed: 0.6,
      message: '',
    })
    expect(effectOf(ratio, waiver({ check: 'evaluate.fairness_ratio:*', limit: '60%' }))).toBe('pass')
    expect(effectOf(ratio, waiver({ check: 'evaluate.fairness_ratio:*', limit: '70%' }))).toBe('fail')
    const shift = makeCheck({ id: 'drift.shift:distance', status: 'fail', effect: 'fail', limit_kind: 'shift', observed: 0.3, message: '' })
    expect(effectOf(shift, waiver({ check: 'drift.shift:distance', limit: '0.35' }))).toBe('pass')
    expect(effectOf(shift, waiver({ check: 'drift.shift:distance', limit: '0.25' }))).toBe('fail')
  })

  it('with a limit does not accept what was not measured', () => {
    expect(effectOf(fell(0.01, { delta: null }), waiver({ limit: '3pp' }))).toBe('fail')
    expect(effectOf(fell(0.01, { baseline: 0 }), waiver({ limit: '3% relative' }))).toBe('fail')
  })

  it('never accepts an error: nothing was found out', () => {
    const broken = makeCheck({ id: 'evaluate.error', status: 'error', effect: 'error', message: '' })
    expect(effectOf(broken, waiver({ check: 'evaluate.*' }))).toBe('error')
  })

  it('leaves other checks, and checks that hold, alone', () => {
    const other = fell(0.02, { id: 'evaluate.max_drop:roc_auc_2' })
    expect(applyWaivers([other], [waiver()], '2026-11-23')[0]).toBe(other)
    const fine = fell(0, { status: 'pass', effect: 'pass' })
    expect(applyWaivers([fine], [waiver()], '2026-11-23')[0]).toBe(fine)
  })

  it('that nothing needed, that ended, or that was not enough is told apart', () => {
    const waivers = [
      waiver(),
      waiver({ check: 'drift.shift:gone' }),
      waiver({ check: 'evaluate.min:f1', until: '2026-01-01' }),
      waiver({ check: 'evaluate.max_drop:f1', limit: '1pp' }),
      waiver({ model: 'other' }),
      waiver({ check: 'evaluate.max_drop:roc_acu' }),
      waiver({ check: 'evaluate.max_drop:roc_acu', until: '2026-01-01' }),
    ]
    const checks = applyWaivers([fell(0.02), fell(0.02, { id: 'evaluate.max_drop:f1' })], waivers, '2026-11-23')
    const uses = waiverUses(waivers, (model) => (model === 'flights' ? checks : null), '2026-11-23')
    expect(uses.map(({ state, checks: ids }) => [state, ids])).toEqual([
      ['used', ['evaluate.max_drop:roc_auc']],
      // drift did not run: nobody knows what it would have
      ['unmatched', []],
      ['expired', []],
      ['exceeded', ['evaluate.max_drop:f1']],
      ['unknown', []],
      ['expired', []],
    ])
    expect(uses[4]?.meant).toBe('evaluate.max_drop:roc_auc')
    const broken = makeCheck({ id: 'evaluate.error', status: 'error', effect: 'error', message: '' })
    expect(waiverUses([waiver()], () => [broken], '2026-11-23')[0]?.state).toBe('unmatched')
  })

  it.each(['3', '3pp', '0.5 pp', '5% relative', '70%', '1e-3'])('limit %s is read', (text) => {
    expect(readWaiverLimit(text)).not.toBeNull()
  })
})

const withWaiver = (text: string) => `version: 1\nmodels:\n  m: {model: m.onnx, data: {test: t.csv, target: y}}\nwaivers:\n  - ${text}\n`
const good = '{model: m, check: "evaluate.max_drop:roc_auc", limit: 3pp, reason: new route, owner: ana, until: 2027-03-01}'

describe('waivers in the config', () => {
  it('are read', () => {
    expect(parse(withWaiver(good)).waivers).toEqual([
      { model: 'm', check: 'evaluate.max_drop:roc_auc', limit: '3pp', reason: 'new route', owner: 'ana', until: '2027-03-01' },
    ])
    expect(parse(whole('')).waivers).toBeUndefined()
  })

  it.each([
    ['without a reason', good.replace('reason: new route, ', ''), 'MISSING_KEY'],
    ['without an end', good.replace(', until: 2027-03-01', ''), 'MISSING_KEY'],
    ['a day that is none', good.replace('2027-03-01', '2027-02-30'), 'the last day it holds'],
    ['everything at once', good.replace('evaluate.max_drop:roc_auc', '*'), 'the id of a check'],
    ['of the gate itself', good.replace('evaluate.max_drop:roc_auc', 'gate.degraded:m'), 'the id of a check'],
    ['a limit that could mean two things', good.replace('3pp', '3%'), 'write 3pp (absolute) or 3% relative'],
    ['no limit', good.replace('3pp', 'much'), 'is no limit'],
    ['a model that is not there', good.replace('model: m', 'model: mm'), 'There is no model'],
    ['an owner of two lines', good.replace('ana', '"a\\nb"'), 'line break'],
  ])('%s is refused', (_, text, says) => {
    expect(problems(withWaiver(text)).join('\n')).toContain(says)
  })
})

describe('EVT-06 waivers come from the base', () => {
  const bare = withWaiver(good).replace(/waivers:[\s\S]*/, '')
  it('one that the head brings does not count, and is shown', () => {
    const { config, sentences } = applyTexts(bare, withWaiver(good))
    expect(config.waivers).toBeUndefined()
    expect(sentences).toEqual([
      'waivers.m.evaluate.max_drop:roc_auc: the base does not set it, and up to 3pp, until 2027-03-01 by ana: new route of the head is not used',
    ])
  })

  it('one that the head widens counts as it was', () => {
    const { config } = applyTexts(withWaiver(good), withWaiver(good.replace('3pp', '30pp').replace('2027', '2037')))
    expect(config.waivers?.[0]).toMatchObject({ limit: '3pp', until: '2027-03-01' })
  })
})

describe('a waived failure in a run', () => {
  const failingFlights = makeCheck({
    id: 'evaluate.max_drop:roc_auc',
    status: 'fail',
    effect: 'fail',
    metric: 'roc_auc',
    message: 'roc_auc fell',
  })

  it('does not fail the stage, and the gate, the reports and its details say who answers for it', async () => {
    using run = makeRun({ models: [modelConfig('flights')] })
    const context = {
      ...run.context,
      config: {
        ...run.context.config,
        waivers: [
          waiver({ reason: 'new <b>route</b>' }),
          waiver({ check: 'drift.shift:gone' }),
          waiver({ check: 'evaluate.max_drop:roc_acu' }),
        ],
      },
    }
    const sample = passing()
    putAll(
      run,
      sample.stages.map((stage) => stage.result),
      run.model('flights', 'the bytes'),
    )
    const inputs = [{ role: 'model', path: 'models/flights.onnx', digest: run.model('flights', 'the bytes'), rows: null, bytes: 9 }]
    const details = sample.stages.find((stage) => stage.stage === 'evaluate')?.result?.details
    const model = context.config.models[0] ?? modelConfig('flights')
    const stage = await executeForModel(
      'evaluate',
      async () => ({ checks: [failingFlights], inputs, details: { ...details } }),
      context,
      model,
    )
    expect(stage).toMatchObject({ verdict: 'pass', checks: [{ status: 'fail', effect: 'pass', waived: { owner: 'ana' } }] })

    const { gate } = await import('../../../src/stages/gate.ts')
    const output = await gate(context, {})
    expect(gateDetails.parse(output.details).waivers?.map(({ check, state }) => [check, state])).toEqual([
      ['evaluate.max_drop:roc_auc', 'used'],
      ['drift.shift:gone', 'unknown'],
      ['evaluate.max_drop:roc_acu', 'unknown'],
    ])
    expect(output.checks[0]).toMatchObject({ id: 'gate.verdict:flights', effect: 'pass' })
    const { readReport } = await import('../../../src/stages/gate/read-report.ts')
    const { executeForRun } = await import('../../../src/stages/execute.ts')
    await executeForRun('gate', gate, context)
    const read = await readReport(context)
    if (read.kind !== 'found') throw new Error(read.why)
    const written = [commentBody(read.report, { key: 'k', run: '1', attempt: '1' }), renderHtml(read.report), verdictTable(read.report)]
    for (const text of written) {
      expect(text).toContain('aived')
      expect(text).toContain('waives nothing: no check of this run is called so')
      expect(text).not.toContain('Not decided, and not counted')
    }
    expect(written[0]).not.toContain('<b>')
    expect(written[1]).not.toContain('<b>')
  })
})
