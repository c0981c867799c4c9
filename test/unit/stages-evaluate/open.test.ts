import { describe, expect, it } from 'vitest'
import { UserError } from '../../../src/errors.ts'
import type { ModelRuntime, ModelSession } from '../../../src/ports/model-runtime.ts'
import type { ModelContext } from '../../../src/stages/context.ts'
import { openEvaluation } from '../../../src/stages/evaluate/open.ts'
import { contextOf, neverAsked, readConfig } from '../../support/local-run.ts'

/** A process of a model that counts how often it was ended. */
function processOf(ended: { times: number }): ModelSession {
  return {
    digest: 'sha256:0',
    bytes: 1,
    inputs: [],
    outputs: [],
    rewrites: [],
    classLabels: null,
    graph: { opset: null, operators: {}, int8: false },
    time: neverAsked,
    score: neverAsked,
    [Symbol.asyncDispose]: async () => {
      ended.times += 1
    },
  }
}

const opening = (open: ModelRuntime['open'], engine: ModelContext['ports']['engine']): ModelContext =>
  contextOf(readConfig('models:\n  m: {model: m.onnx, data: {test: t.csv, target: y}}\n'), {
    engine,
    runtime: async () => ({ open, look: neverAsked }),
  })

const noData = async () => {
  throw new UserError('DATA_MISSING', 'no t.csv', 'make it')
}

describe('what an evaluation opens', () => {
  it('is closed again where the other half cannot be opened: no process of a model is left behind', async () => {
    const ended = { times: 0 }
    await expect(openEvaluation(opening(async () => processOf(ended), noData))).rejects.toMatchObject({ code: 'DATA_MISSING' })
    expect(ended.times).toBe(1)
  })

  it('is refused with what is wrong with the model, where both are wrong', async () => {
    const broken = async () => {
      throw new UserError('MODEL_UNREADABLE', 'm.onnx is no model', 'export it again')
    }
    await expect(openEvaluation(opening(broken, noData))).rejects.toMatchObject({ code: 'MODEL_UNREADABLE' })
  })
})
