import { describe, expect, it } from 'vitest'
import { createFiles } from '../../../src/adapters/fs/files.ts'
import { UserError } from '../../../src/errors.ts'
import type { ModelRuntime, ModelSession } from '../../../src/ports/model-runtime.ts'
import type { ModelContext } from '../../../src/stages/context.ts'
import { openEvaluation } from '../../../src/stages/evaluate/open.ts'
import { localHost, localSource, neverAsked, readConfig } from '../../support/local-run.ts'

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

function contextOf(runtime: ModelRuntime['open'], engine: ModelContext['ports']['engine']): ModelContext {
  const read = readConfig('models:\n  m: {model: m.onnx, data: {test: t.csv, target: y}}\n')
  return {
    ...read,
    configPath: 'modelgate.yml',
    root: '/',
    out: '/out',
    source: localSource,
    toolVersion: '0',
    host: localHost(),
    ports: {
      files: createFiles(),
      commands: neverAsked,
      downloads: neverAsked,
      engine,
      runtime: async () => ({ open: runtime, look: neverAsked }),
      ledger: neverAsked,
      store: neverAsked,
    },
    clock: { now: () => '2026-11-23T00:00:00Z', elapsed: () => 0 },
    progress: { say: () => {}, warn: () => {}, child: () => {} },
    signal: new AbortController().signal,
    environment: {},
    result: async () => null,
  }
}

const noData = async () => {
  throw new UserError('DATA_MISSING', 'no t.csv', 'make it')
}

describe('what an evaluation opens', () => {
  it('is closed again where the other half cannot be opened: no process of a model is left behind', async () => {
    const ended = { times: 0 }
    await expect(openEvaluation(contextOf(async () => processOf(ended), noData))).rejects.toMatchObject({ code: 'DATA_MISSING' })
    expect(ended.times).toBe(1)
  })

  it('is refused with what is wrong with the model, where both are wrong', async () => {
    const broken = async () => {
      throw new UserError('MODEL_UNREADABLE', 'm.onnx is no model', 'export it again')
    }
    await expect(openEvaluation(contextOf(broken, noData))).rejects.toMatchObject({ code: 'MODEL_UNREADABLE' })
  })
})
