import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { CommandSpec, ModelConfig } from '../../../src/core/schema/config.ts'
import type { InputRecord } from '../../../src/core/schema/result.ts'
import { keyMaterial, parseLineage, shownCommand } from '../../../src/core/train/lineage.ts'
import { plainData } from '../../support/plain.ts'

const golden = readFileSync(new URL('lineage.golden.json', import.meta.url), 'utf8')

describe('modelgate/lineage@1', () => {
  it('reads the golden record as it was written', () => {
    expect(`${JSON.stringify(parseLineage(golden), null, 2)}\n`).toBe(golden)
  })

  it('takes nothing else for a record', () => {
    for (const text of ['', 'null', '{}', golden.slice(0, -5), golden.replace('lineage@1', 'lineage@2'), golden.replace('"key"', '"kay"')])
      expect(parseLineage(text)).toBe(null)
  })
})

const spec: CommandSpec = { kind: 'run', argv: ['python', 'train.py'], shell: null, inputs: [], env: ['B', 'A_*'], timeoutMs: 1000 }
const model: ModelConfig = {
  name: 'm',
  task: 'binary',
  model: { kind: 'path', path: 'm.onnx' },
  format: 'onnx',
  data: plainData({ positive: 1 }),
  expect: [],
  train: spec,
  evaluate: { metrics: [], mode: 'guard', threshold: 0.5 },
  baseline: { from: [], onMissing: 'warn', maxAgeDays: null },
  drift: { enabled: true, reference: 'training', columns: {} },
  promote: null,
  gate: { onInconclusive: 'pass', onDegraded: 'pass' },
  limits: { memoryBytes: 1, timeMs: 1 },
}
const input: InputRecord = { role: 'train', path: 'a.csv', digest: `sha256:${'a'.repeat(64)}`, rows: null, bytes: 1 }
const key = (change: {
  model?: ModelConfig
  spec?: CommandSpec
  path?: string
  inputs?: InputRecord[]
  tool?: string
  builtin?: boolean
}) =>
  JSON.stringify(
    keyMaterial(
      change.model ?? model,
      change.builtin ? { kind: 'builtin', builtin: 'baseline' } : (change.spec ?? spec),
      change.path ?? 'm.onnx',
      change.inputs ?? [input],
      change.tool ?? '1.0.0',
    ),
  )

describe('the key of a training', () => {
  it('changes with the command, its shell, the names it is given, every input and the place of the model', () => {
    const changed = [
      key({ spec: { ...spec, argv: ['python', 'train.py', '-v'] } }),
      key({ spec: { ...spec, argv: ['python train.py'] } }),
      key({ spec: { ...spec, shell: 'bash' } }),
      key({ spec: { ...spec, env: ['B'] } }),
      key({ inputs: [{ ...input, digest: `sha256:${'b'.repeat(64)}` }] }),
      key({ inputs: [{ ...input, path: 'b.csv' }] }),
      key({ inputs: [{ ...input, role: 'input' }] }),
      key({ inputs: [] }),
      key({ path: 'n.onnx' }),
    ]
    expect(new Set([key({}), ...changed]).size).toBe(changed.length + 1)
  })

  it('does not change with what cannot change the model: order of names, time limit, rows counted, limits of the gate', () => {
    expect(key({ spec: { ...spec, env: ['A_*', 'B'], timeoutMs: 2 } })).toBe(key({}))
    expect(key({ inputs: [{ ...input, rows: 5 }] })).toBe(key({}))
    expect(key({ model: { ...model, limits: { memoryBytes: 2, timeMs: 2 } }, tool: '2.0.0' })).toBe(key({}))
  })

  it('of a builtin changes with the columns it may use and with the version that fits it', () => {
    const other = { ...model, data: { ...model.data, features: ['x'] } }
    expect(new Set([key({ builtin: true }), key({ builtin: true, model: other }), key({ builtin: true, tool: '2.0.0' })]).size).toBe(3)
  })
})

describe('a command as it is shown', () => {
  it('quotes what a shell would split, and names the shell', () => {
    expect(shownCommand({ ...spec, argv: ['python', 'my train.py', '', 'a"b', '--x=1'] })).toBe('python "my train.py" "" "a\\"b" --x=1')
    expect(shownCommand({ ...spec, argv: ['a | b'], shell: 'bash' })).toBe('bash: a | b')
  })
})
