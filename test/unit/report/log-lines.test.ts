import { describe, expect, it } from 'vitest'
import { dueLines, explained, outcomeWords } from '../../../src/core/report/log-lines.ts'
import { verdictTable } from '../../../src/core/report/terminal.ts'
import { type Check, makeCheck, type StageResult } from '../../../src/core/schema/result.ts'
import { failing, first, passing, report } from './samples.ts'

const result = (verdict: StageResult['verdict'], checks: readonly Check[]): StageResult => {
  const sample = passing('m').stages.find(({ stage }) => stage === 'evaluate')?.result
  if (sample === null || sample === undefined) throw new Error('no sample')
  return { ...sample, verdict, because: null, checks: [...checks] }
}
const waiting = (metric: string) =>
  makeCheck({
    id: `evaluate.max_drop:${metric}`,
    metric,
    status: 'no-baseline',
    effect: 'warn',
    message: `${metric} is not compared: there is no baseline yet; tried production: there is no ledger yet.`,
    fix: 'promote a first model',
  })
const open = makeCheck({ id: 'evaluate.max_drop:f1', status: 'inconclusive', effect: 'pass', message: 'not decided' })
const good = makeCheck({ id: 'evaluate.min:f1', status: 'pass', effect: 'pass', message: 'good' })
const skip = (column: string) =>
  makeCheck({ id: `drift.shift:${column}`, status: 'skipped', effect: 'skipped', message: `${column} was not tested: too few` })

describe('the log of a result', () => {
  it('says once what all metrics wait for', () => {
    expect(dueLines(result('warn', [good, waiting('roc_auc'), waiting('f1'), waiting('mcc')]))).toEqual([
      {
        effect: 'warn',
        id: 'evaluate',
        message: 'roc_auc, f1, mcc could not be compared: there is no baseline yet; tried production: there is no ledger yet.',
        fix: ['promote a first model'],
      },
    ])
    expect(dueLines(result('warn', [waiting('f1')])).map(({ id }) => id)).toEqual(['evaluate.max_drop:f1'])
  })

  it('says once what two limits of one metric say alike', () => {
    const error = (kind: string, metric: string) =>
      makeCheck({
        id: `evaluate.${kind}:${metric}`,
        metric,
        status: 'error',
        effect: 'error',
        message: `${metric} is undefined: one class`,
        fix: 'x',
      })
    const lines = dueLines(result('error', [error('min', 'roc_auc'), error('max_drop', 'roc_auc'), error('min', 'mcc')]))
    expect(lines.map(({ id }) => id)).toEqual(['evaluate.min:roc_auc', 'evaluate.min:mcc'])
  })

  it('begins with the worst, and gives advice that holds for several after the last of them', () => {
    const moved = (column: string, effect: 'fail' | 'warn', observed: number) =>
      makeCheck({
        id: `drift.shift:${column}`,
        status: effect,
        effect,
        column,
        observed,
        limit: 0.1,
        message: `${column} moved`,
        fix: `retrain; or write: \`drift: {columns: {"${column}": {shift: {warn: ${observed}}}}}\``,
      })
    const checks = [moved('a', 'warn', 0.15), moved('b', 'fail', 0.3), moved('c', 'fail', 0.4)]
    expect(dueLines({ ...result('fail', checks), stage: 'drift' }).map(({ id, fix }) => [id, ...fix])).toEqual([
      ['drift.shift:c'],
      ['drift.shift:b', 'retrain; or write:', 'drift:', '  columns:', '    c: {shift: {warn: 0.4}}', '    b: {shift: {warn: 0.3}}'],
      ['drift.shift:a', 'retrain; or write: `drift: {columns: {"a": {shift: {warn: 0.15}}}}`'],
    ])
  })

  it('what its statistics are is told once below them, of those that stand there', () => {
    const moved = (column: string) =>
      makeCheck({
        id: `drift.shift:${column}`,
        status: 'warn',
        effect: 'warn',
        message: `${column} moved. JS* 0.31 (limit 0.1), q < 1e-16`,
      })
    const due = dueLines({ ...result('warn', [moved('a'), moved('b')]), stage: 'drift' })
    expect(explained(due)).toMatch(/^JS\*: how far two distributions are apart[^;]*; q: [^;]*$/)
    expect(explained(dueLines(result('warn', [waiting('f1')])))).toBe('')
  })

  it('does not count as passed what too few rows left open', () => {
    expect(outcomeWords(result('pass', [good]))).toBe('1 of 1 check passed')
    expect(outcomeWords(result('pass', [good, open, open, skip('a')]))).toBe('1 of 4 checks passed, 2 undecided, 1 skipped')
  })

  it('counts what failed and warned by what it came to', () => {
    const bad = (effect: 'fail' | 'warn') => makeCheck({ id: `validate.min:${effect}`, status: 'fail', effect, message: 'bad' })
    const accepted = makeCheck({
      id: 'validate.max:x',
      status: 'fail',
      effect: 'pass',
      message: 'bad',
      waived: { reason: 'known', owner: 'ana', until: '2027-03-01', limit: null },
    })
    expect(outcomeWords(result('fail', [good, bad('fail'), bad('warn'), accepted]))).toBe(
      '1 of 4 checks passed, 1 failed, 1 warned, 1 waived',
    )
  })

  it('of the gate says what became of each model, and nothing twice', () => {
    const verdict = (model: string, effect: 'pass' | 'fail') =>
      makeCheck({ id: `gate.verdict:${model}`, status: effect, effect, message: `${model}: ${effect}` })
    const other = makeCheck({ id: 'gate.candidate:a', status: 'error', effect: 'error', message: 'the model file is another' })
    const gate: StageResult = { ...result('error', [verdict('a', 'fail'), verdict('b', 'pass'), other]), stage: 'gate', model: null }
    expect(outcomeWords(gate)).toBe('a: fail, b: pass')
    expect(dueLines(gate).map(({ id }) => id)).toEqual(['gate.candidate:a'])
    expect(outcomeWords({ ...gate, checks: [other] })).toBe('no model was judged')
  })

  it('of a stage that changes something says what it did', () => {
    const moved = makeCheck({ id: 'rollback.alias:production', status: 'pass', effect: 'pass', message: 'production → 1.0.0 (was 1.1.0)' })
    expect(outcomeWords({ ...result('pass', [moved]), stage: 'rollback' })).toBe('1 of 1 check passed, production → 1.0.0 (was 1.1.0)')
  })

  it('says why a result is skipped whose checks all were', () => {
    expect(outcomeWords(result('skipped', [skip('a'), skip('b')]))).toBe('a was not tested: too few; and 1 more')
    const summary = makeCheck({
      id: 'drift.nothing_tested',
      status: 'inconclusive',
      effect: 'skipped',
      message: 'nothing was tested: too few',
    })
    expect(outcomeWords(result('skipped', [summary, skip('a'), skip('b')]))).toBe('nothing was tested: too few')
    expect(outcomeWords({ ...result('skipped', []), because: 'nothing to do' })).toBe('nothing to do')
  })
})

describe('the title of several models', () => {
  const title = (...models: Parameters<typeof report>[0]) => verdictTable(report(models)).split('\n')[0]
  it('says of the others what is not true of the worst', () => {
    expect(title(passing('a'), failing('b'), first('c'))).toBe('FAIL  b fails, 2 others do not')
    expect(title(passing('a'), { ...failing('b'), verdict: 'error' })).toBe('ERROR  b could not be decided, 1 other was')
    expect(title(passing('a'), first('c'))).toBe('WARN  c passes with warnings, 1 other without')
  })
})
