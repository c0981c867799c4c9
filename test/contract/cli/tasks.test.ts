/** Whole runs of tasks with more than one number a row, as a process: from data to the report that a pull request is shown. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { commandLine } from '../../support/command-line.ts'
import { sequenceOfScores, sideBySide } from '../../support/onnx-models.ts'
import { makeProject, numbers, type Project } from '../../support/project.ts'
import { projectRoot, runNode } from '../../support/spawn.ts'

let project: Project | null = null
afterEach(() => project?.remove())

const run = async (files: Parameters<typeof makeProject>[0]) => {
  project = makeProject(files)
  const { folder } = project
  const ended = await runNode([commandLine(), 'run'], {
    cwd: folder,
    env: { MODELGATE_RUNTIME_DIR: projectRoot },
  })
  return { ...ended, report: readFileSync(join(folder, '.modelgate', 'report.md'), 'utf8').replaceAll('\\_', '_') }
}

/** Two labels; `g_` scores are mostly right, `p_` less often; `shifted` more rows have the first one. */
function labelled(seed: number, shifted = 0): string {
  const next = numbers(seed)
  const lines = Array.from({ length: 800 }, (_, i) => {
    const truth = [next() < 0.4 + shifted ? 1 : 0, next() < 0.2 ? 1 : 0]
    const score = (yes: number, wrong: number) => ((next() < wrong ? 1 - yes : yes) === 1 ? 0.5 + next() / 2 : next() / 2).toFixed(3)
    return [i, ...truth, ...truth.map((yes) => score(yes, 0.05)), ...truth.map((yes) => score(yes, 0.3))].join(',')
  })
  return `id,toxic,spam,g_toxic,g_spam,p_toxic,p_spam\n${lines.join('\n')}\n`
}

const labels = {
  'train.csv': labelled(1),
  'test.csv': labelled(2),
  'current.csv': labelled(3, 0.4),
  'good.onnx': sequenceOfScores(['g_toxic', 'g_spam']),
  'poor.onnx': sideBySide(['p_toxic', 'p_spam']),
  'modelgate.yml': `models:
  m:
    task: multilabel
    model: good.onnx
    data: {train: train.csv, test: test.csv, current: current.csv, target: [toxic, spam], id: id}
    evaluate: {metrics: {f1: {min: 0.7, max_drop: 1pp}, spam_recall: {metric: recall, class: spam}}}
    baseline: [poor.onnx]
`,
}

describe('several labels a row', () => {
  it('a better model passes its metrics, and the label that moved is told by drift', async () => {
    const { code, report } = await run(labels)
    expect(code).toBe(1)
    expect(report).toMatch(/✅ pass \| <code>f1<\/code> \| 0\.\d+ \| 0\.9\d+ \| \+\S+ pp better/)
    expect(report).toMatch(/✅ pass \| <code>spam_recall<\/code>/)
    expect(report).toContain('multilabel on 800 rows, threshold 0.5')
    expect(report).toContain("the tensors of the sequence 'probabilities' come out as one, stacked")
    expect(report).toMatch(/drifted \| <code>toxic<\/code> \(labels\)/)
    expect(report).toMatch(/drifted \| <code>predictions\.class\.toxic<\/code> \(predictions\)/)
    expect(report).not.toMatch(/drifted \| <code>(predictions\.class\.)?spam/)
  })

  it('a worse one fails', async () => {
    const swapped = labels['modelgate.yml']
      .replace('good.onnx', 'x')
      .replace('poor.onnx', 'good.onnx')
      .replace('model: x', 'model: poor.onnx')
    const { code, report } = await run({ ...labels, 'current.csv': null, 'modelgate.yml': swapped.replace(' current: current.csv,', '') })
    expect(code).toBe(1)
    expect(report).toMatch(/❌ fail \| <code>f1<\/code>/)
  })
})

describe('quantiles of a forecast', () => {
  it('their loss and their interval are in the report', async () => {
    const rows = (from: number) => {
      const next = numbers(from + 1)
      const lines = Array.from({ length: 400 }, (_, t) => {
        const mid = 100 + 10 * ((from + t) % 7)
        const day = new Date(Date.UTC(2020, 0, 1 + from + t)).toISOString().slice(0, 10)
        return [day, (mid + 20 * (next() - 0.5)).toFixed(3), mid - 8, mid, mid + 8].join(',')
      })
      return `day,sold,low,mid,high\n${lines.join('\n')}\n`
    }
    const { code, report } = await run({
      'train.csv': rows(0),
      'test.csv': rows(400),
      'current.csv': null,
      'm.onnx': sideBySide(['low', 'mid', 'high'], { as: 'quantiles' }),
      'modelgate.yml': `models:
  m:
    task: forecasting
    model: m.onnx
    data: {train: train.csv, test: test.csv, target: sold, time: day}
    evaluate:
      season: 7
      quantiles: [0.1, 0.5, 0.9]
      metrics: {crps: {max: 10}, coverage_gap: {level: 80%, max: 10%}, mase: {}}
    baseline: []
`,
    })
    expect(report).toMatch(/<code>crps<\/code> \(lower is better\) \| 2\.\d+ \| ≤ 10/)
    expect(report).toMatch(/<code>coverage_gap<\/code> \(lower is better\) \| 0\.0\d+ \| ≤ 0\.1/)
    expect(report).toContain('- forecasting on 400 rows\n')
    expect(code).toBe(0)
  })
})
