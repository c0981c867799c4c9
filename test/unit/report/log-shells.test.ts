import { afterEach, describe, expect, it, vi } from 'vitest'
import { printResult } from '../../../src/actions/log.ts'
import { show } from '../../../src/cli/progress.ts'
import { makeCheck, type StageResult } from '../../../src/core/schema/result.ts'
import { localSource } from '../../support/local-run.ts'

const result = (message: string): StageResult => ({
  schema: 'modelgate/result@1',
  stage: 'drift',
  model: 'flights',
  verdict: 'warn',
  because: null,
  degraded: [],
  checks: ['a', 'b'].map((column) =>
    makeCheck({ id: `drift.shift:${column}`, status: 'warn', effect: 'warn', column, message: `${column} ${message}` }),
  ),
  inputs: [],
  details: {},
  baseline: null,
  tool: { name: 'modelgate', version: '0' },
  config_digest: '',
  source: localSource,
  started_at: '2026-11-23T00:00:00Z',
  duration_ms: 1,
})

const onTerminal = (of: StageResult): string => {
  const lines: string[] = []
  show({ write: (line) => void lines.push(line), colour: false }, of)
  return lines.join('')
}
const inStep = (of: StageResult): string => {
  let text = ''
  const write = vi.spyOn(process.stdout, 'write').mockImplementation((line) => {
    text += String(line)
    return true
  })
  printResult(of)
  write.mockRestore()
  return text
}
afterEach(() => vi.restoreAllMocks())

describe('the log of drift alone says what its statistics are, once', () => {
  it.each([
    ['on a terminal', onTerminal],
    ['in a step', inStep],
  ])('%s', (_, log) => {
    const told = log(result('moved. JS* 0.31 (limit 0.1), q < 1e−16'))
    expect(told.split('JS*: how far two distributions are apart')).toHaveLength(2)
    expect(told).toContain('; q: how likely chance alone would show as much')
    expect(log(result('is gone'))).not.toContain('how likely')
  })
})
