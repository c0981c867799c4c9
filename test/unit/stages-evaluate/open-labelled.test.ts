import { describe, expect, it } from 'vitest'
import { openLabelled } from '../../../src/stages/evaluate/open-labelled.ts'
import { contextOf, readConfig } from '../../support/local-run.ts'

describe('labelled rows that nobody names', () => {
  const text = `models:
  m:
    model: m.onnx
    data: {test: t.csv, validation: v.csv, target: y}
    evaluate: {threshold: {on: validation, maximize: f1}, metrics: [f1]}
`
  const { config, model } = readConfig(text)
  const context = contextOf({ config, model: { ...model, data: { ...model.data, sources: {} } } })

  it('are an error that says who wants them: the stage, or the threshold that a base chooses on them', async () => {
    await expect(openLabelled(context, 'test')).rejects.toMatchObject({
      code: 'DATA_MISSING',
      message: 'no data.test is configured, and evaluate judges on its rows',
    })
    await expect(openLabelled(context, 'validation')).rejects.toMatchObject({
      code: 'DATA_MISSING',
      message: 'no data.validation is configured, and evaluate.threshold is to be chosen on its rows',
      fix: 'name labelled rows under data.validation, or write evaluate.threshold as a number',
    })
  })
})
