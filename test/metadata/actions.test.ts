/** action.yml, the table of inputs, the READMEs and the composite say the same. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { z } from 'zod'
import { generatedFiles, tables } from '../../scripts/docs.ts'
import { loadInputs } from '../../src/actions/inputs.ts'
import { actions, type InputSpec, inputs, outputs } from '../../src/actions/table.ts'
import { toolVersion } from '../../src/compose.ts'
import { pipelineOrder } from '../../src/core/pipeline.ts'
import { stageNames } from '../../src/core/schema/result.ts'
import { entries } from '../../src/main.ts'
import { projectRoot } from '../support/spawn.ts'

const expression = (text: string) => `\${{ ${text} }}`
const read = (path: string) => readFileSync(join(projectRoot, path), 'utf8')

const input = z.strictObject({ description: z.string().min(10), default: z.string() })
const branding = z.strictObject({
  icon: z.string(),
  color: z.enum(['white', 'black', 'yellow', 'blue', 'green', 'orange', 'red', 'purple', 'gray-dark']),
})
const about = { name: z.string(), description: z.string().max(125), author: z.string(), branding, inputs: z.record(z.string(), input) }
const action = z.strictObject({
  ...about,
  outputs: z.record(z.string(), z.strictObject({ description: z.string().min(10) })),
  runs: z.strictObject({ using: z.literal('node24'), main: z.string() }),
})
const composite = z.strictObject({
  ...about,
  outputs: z.record(z.string(), z.strictObject({ description: z.string().min(10), value: z.string() })),
  runs: z.strictObject({
    using: z.literal('composite'),
    steps: z.array(z.strictObject({ id: z.string(), if: z.string().optional(), uses: z.string(), with: z.record(z.string(), z.string()) })),
  }),
})

const actionOf = (stage: string) => action.parse(parse(read(`${stage}/action.yml`)))
const root = composite.parse(parse(read('action.yml')))

describe('SUP-09 action.yml declares every input and output that is used', () => {
  it.each(stageNames)('%s', (stage) => {
    const file = actionOf(stage)
    expect(Object.keys(file.inputs)).toEqual([...actions[stage].inputs])
    expect(Object.keys(file.outputs)).toEqual(Object.keys(outputs))
    expect(file.runs.main).toBe(`../dist/${stage}.js`)
    for (const name of actions[stage].inputs) {
      const spec: InputSpec = inputs[name]
      expect(file.inputs[name]?.default).toBe(spec.default ?? '')
    }
  })

  it.each(stageNames)('the defaults of %s, as the runner hands them over, mean what stands without them', (stage) => {
    const env = Object.fromEntries(
      Object.entries(actionOf(stage).inputs).map(([name, { default: value }]) => [
        `INPUT_${name.toUpperCase()}`,
        value.startsWith('${{') ? '' : value,
      ]),
    )
    expect(loadInputs(stage, env)).toEqual(loadInputs(stage, {}))
  })

  it('there is one folder, one stage and one entry of the bundle for each', () => {
    const folders = readdirSync(projectRoot, { withFileTypes: true }).filter(
      (entry) => entry.isDirectory() && existsSync(join(projectRoot, entry.name, 'action.yml')),
    )
    expect(folders.map(({ name }) => name).sort()).toEqual([...stageNames].sort())
    expect(Object.keys(entries)).toEqual(expect.arrayContaining([...stageNames]))
  })

  it('what is generated is current', () => {
    for (const [path, content] of generatedFiles()) expect(read(path), `${path}: run node scripts/docs.ts`).toBe(content)
  })

  it.each(stageNames)('the README of %s holds the tables of its action.yml', (stage) => {
    expect(read(`${stage}/README.md`)).toContain(tables(read(`${stage}/action.yml`)))
  })
})

describe('the composite', () => {
  it('runs the stages of the pipeline, in its order, as its own sub-actions', () => {
    expect(root.runs.steps.map(({ id, uses }) => [id, uses])).toEqual(pipelineOrder.map((stage) => [stage, `$/${stage}`]))
  })

  it('gives each sub-action only inputs that it takes, and every input it shares', () => {
    const own: Readonly<Record<string, string>> = { key: 'comment-key' }
    for (const { id, with: given } of root.runs.steps) {
      const { inputs: taken } = actionOf(id)
      for (const [name, value] of Object.entries(given)) {
        expect(Object.keys(taken), `${id}: ${name}`).toContain(name)
        if (name === 'on-fail') expect(value).toBe('continue')
        else expect(value).toBe(expression(`inputs.${own[name] ?? name}`))
      }
      for (const name of Object.keys(taken)) {
        if ((own[name] ?? name) in root.inputs) expect(Object.keys(given), `${id} is not given ${name}`).toContain(name)
      }
      expect('on-fail' in taken).toBe('on-fail' in given)
    }
  })

  it('shares descriptions and defaults with them', () => {
    for (const [name, { default: value }] of Object.entries(root.inputs)) {
      const spec: InputSpec | undefined = Object.entries(inputs).find(([key]) => key === name)?.[1]
      if (spec !== undefined) expect(value, name).toBe(spec.default ?? '')
    }
    expect(Object.keys(root.inputs).sort()).toEqual([
      'artifact',
      'comment',
      'comment-key',
      'config',
      'fail-on',
      'github-token',
      'model',
      'out',
      'promote',
      'working-directory',
    ])
  })

  it('uses every one of its inputs', () => {
    const text = JSON.stringify(root.runs.steps)
    for (const name of Object.keys(root.inputs)) expect(text).toMatch(new RegExp(`inputs\\.${name}\\b`))
  })

  it('the gate runs whatever failed, the comment when asked, promotion only after success and when asked', () => {
    const conditions = Object.fromEntries(root.runs.steps.map(({ id, if: condition }) => [id, condition]))
    expect(conditions).toEqual({
      validate: undefined,
      train: undefined,
      fetch: undefined,
      evaluate: undefined,
      drift: undefined,
      gate: expression('!cancelled()'),
      comment: expression("!cancelled() && inputs.comment == 'true'"),
      promote: expression("success() && inputs.promote == 'true'"),
    })
  })

  it('gives out the outputs of the gate', () => {
    expect(Object.fromEntries(Object.entries(root.outputs).map(([name, { value }]) => [name, value]))).toEqual(
      Object.fromEntries(Object.keys(outputs).map((name) => [name, expression(`steps.gate.outputs.${name}`)])),
    )
  })

  it('holds no script and no secret', () => {
    expect(read('action.yml')).not.toMatch(/^\s*(-\s*)?run:|secrets\./m)
  })
})

describe('the version', () => {
  it('is that of package.json', () => {
    expect(toolVersion).toBe(z.object({ version: z.string() }).parse(JSON.parse(read('package.json'))).version)
  })
})
