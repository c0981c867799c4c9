import { describe, expect, it } from 'vitest'
import { gateDetails } from '../../../src/core/schema/details.ts'
import { explainGate } from '../../../src/stages/gate/explain-facts.ts'
import { readReport } from '../../../src/stages/gate/read-report.ts'
import { makeRun, putAll, type Run } from '../../contract/comment/support.ts'
import { failing, modelConfig, passing } from '../report/samples.ts'

const results = (model: ReturnType<typeof passing>) => model.stages.map((stage) => stage.result)
const put = (run: Run, model = passing()) => putAll(run, results(model), run.model(model.config.name, 'the bytes'))

describe('the gate of a run', () => {
  it('writes its verdict and both reports', async () => {
    using run = makeRun()
    put(run)
    const result = await run.gate()
    expect(result).toMatchObject({ stage: 'gate', model: null, verdict: 'pass', details: { promotable: true } })
    expect(gateDetails.parse(result.details).models[0]?.not_configured).toEqual([
      { stage: 'fetch', because: 'the model is a file of this repository' },
      { stage: 'expect', because: 'expect is not configured' },
    ])
    expect(run.read('.modelgate/report.md')).toMatch(/^## ✅ Modelgate: <code>flights<\/code> passes\n/)
    expect(run.read('.modelgate/report.html')).toMatch(/^<!doctype html>/)
  })

  it('explains before it folds: what it expects, what is missing, whether the run is recorded', async () => {
    using run = makeRun()
    put(run)
    const said = async () => (await explainGate(run.context, {})).join('\n')
    const complete = await said()
    expect(complete).toContain('flights: folds validate, train, evaluate, drift')
    expect(complete).toContain('a change without a baseline, or with one that cannot be compared, as warn (baseline.on_missing)')
    expect(complete).toContain('this run is not recorded in the ledger: this run belongs to a pull request')
    expect(complete).not.toContain('missing:')
    expect((await run.gate()).verdict).toBe('pass')
    run.write('.modelgate/flights/evaluate.json', '{"schema":"modelgate/result@1","stage":"eval')
    expect(await said()).toContain('missing: the result of evaluate for flights: ')
    expect((await run.gate()).verdict).toBe('error')
  })

  it('has the worst verdict of several models, and the report shows the worst first', async () => {
    using run = makeRun({ models: [modelConfig('flights'), modelConfig('fraud')] })
    put(run, passing('flights'))
    put(run, failing('fraud'))
    const result = await run.gate()
    expect(result).toMatchObject({ verdict: 'fail', details: { promotable: false } })
    expect(run.read('.modelgate/report.md').split('\n')[0]).toBe('## ❌ Modelgate: <code>fraud</code> fails, 1 other does not')
  })

  it('looks only at the models of this run', async () => {
    using run = makeRun({ models: [modelConfig('flights')] })
    put(run, passing('flights'))
    run.write('.modelgate/fraud/evaluate.json', '{"verdict":"fail"}')
    expect((await run.gate()).verdict).toBe('pass')
  })

  it('GATE-04 is an error without a model', async () => {
    using run = makeRun({ models: [] })
    expect(await run.gate()).toMatchObject({ verdict: 'error', checks: [{ id: 'gate.empty' }], details: { promotable: false } })
  })

  it('GATE-06 is an error when a stage died before it wrote, whatever lay there before', async () => {
    using run = makeRun()
    put(run)
    run.write('.modelgate/flights/evaluate.json', '{"schema":"modelgate/result@1","stage":"eval')
    const result = await run.gate()
    expect(result.verdict).toBe('error')
    expect(result.checks.map((check) => check.id)).toContain('gate.stage_missing:evaluate')
    expect(run.read('.modelgate/report.md')).toContain('it is not JSON')
  })

  it('GATE-09 is an error when the model changed after it was evaluated', async () => {
    using run = makeRun()
    put(run)
    run.model('flights', 'other bytes')
    expect((await run.gate()).checks.map((check) => check.id)).toContain('gate.candidate:flights')
  })

  it('refuses results that another run, another commit or another config left', async () => {
    using run = makeRun({ run: '100' })
    put(run)
    for (const other of [
      { ...run.context, source: { ...run.context.source, run_id: '99' } },
      { ...run.context, source: { ...run.context.source, run_attempt: '2' } },
      { ...run.context, source: { ...run.context.source, sha: 'f'.repeat(40) } },
      { ...run.context, config: { ...run.context.config, digest: `sha256:${'d'.repeat(64)}` } },
    ]) {
      const { gate } = await import('../../../src/stages/gate.ts')
      const output = await gate(other, {})
      expect(output.checks.filter((check) => check.id.startsWith('gate.stage_missing:')).length).toBe(4)
    }
  })

  it('is read back as the report that was written', async () => {
    using run = makeRun()
    put(run)
    await run.gate()
    const read = await readReport(run.context)
    expect(read.kind === 'found' && read.report.verdict).toBe('pass')
    const { reportMarkdown } = await import('../../../src/core/report/markdown.ts')
    expect(read.kind === 'found' && reportMarkdown(read.report)).toBe(run.read('.modelgate/report.md'))
  })

  it('leaves no older report behind when it cannot write one', async () => {
    using run = makeRun()
    run.write('.modelgate/report.md', 'an older verdict')
    const { files } = run.context.ports
    const read = (path: string, most: number) => (path.endsWith('.json') ? Promise.reject(new Error('disk')) : files.read(path, most))
    const broken = { ...run.context, ports: { ...run.context.ports, files: { ...files, read } } }
    const { executeForRun } = await import('../../../src/stages/execute.ts')
    const { gate } = await import('../../../src/stages/gate.ts')
    expect((await executeForRun('gate', gate, broken)).verdict).toBe('error')
    expect(() => run.read('.modelgate/report.md')).toThrow('ENOENT')
  })
})
