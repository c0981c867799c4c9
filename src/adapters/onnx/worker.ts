/**
 * The child process that owns onnxruntime and nothing else: no data engine, no network, no environment. It opens one model from bytes,
 * scores batches, and answers over its IPC channel; its parent caps it, kills it, and neutralises whatever the native code prints.
 */
import type * as Ort from 'onnxruntime-node'
import { asError } from '../../errors.ts'
import { requirePackage } from '../runtime/require-native.ts'
import type { OpenRequest, Reply, Request, ScoreRequest, TimeRequest } from './messages.ts'

/** Answers requests one after the other until the parent goes away. */
export async function main(): Promise<void> {
  const send = process.send?.bind(process)
  if (send === undefined) throw new Error('the model worker is started by modelgate, not by hand')
  process.exitCode = 0
  process.on('disconnect', () => process.exit())

  const answer = makeAnswer()
  let queue = Promise.resolve()
  process.on('message', (request: Request) => {
    queue = queue.then(async () => {
      send(await answer(request).catch((thrown): Reply => ({ kind: 'failed', message: asError(thrown).message })))
    })
  })
  send({ kind: 'ready' } satisfies Reply)
}

function makeAnswer(): (request: Request) => Promise<Reply> {
  let opened: { ort: typeof Ort; session: Ort.InferenceSession; outputs: readonly string[] } | null = null
  return async (request) => {
    if (request.kind === 'open') {
      // the module was verified by the parent; its type is the one of the version that runtime/ pins
      const ort = requirePackage('onnx', request.folder) as typeof Ort
      const session = await open(ort, request)
      opened = { ort, session, outputs: request.outputs }
      return {
        kind: 'opened',
        inputs: session.inputMetadata.map(describe),
        outputs: session.outputMetadata.filter(({ name }) => request.outputs.includes(name)).map(describe),
      }
    }
    if (opened === null) throw new Error('no model was opened')
    if (request.kind === 'time') return time(opened.ort, opened.session, opened.outputs, request)
    return score(opened.ort, opened.session, opened.outputs, request)
  }
}

/**
 * Nothing here comes from a config: no custom operators, no profiling, no optimised model written, no other device. One thread: the same
 * sums in the same order on every machine, and the parent reads the next rows meanwhile. Level 4 is fatal only.
 */
function open(ort: typeof Ort, { model }: OpenRequest): Promise<Ort.InferenceSession> {
  ort.env.logLevel = 'fatal'
  return ort.InferenceSession.create(model, {
    executionProviders: ['cpu'],
    executionMode: 'sequential',
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
    logSeverityLevel: 4,
    enableProfiling: false,
  })
}

const describe = (info: Ort.InferenceSession.ValueMetadata) => ({
  name: info.name,
  type: info.isTensor ? String(info.type) : 'not a tensor',
  shape: info.isTensor ? info.shape.map((extent) => (typeof extent === 'number' && extent >= 0 ? extent : null)) : [],
})

function feedsOf(ort: typeof Ort, inputs: ScoreRequest['inputs']): Record<string, Ort.Tensor> {
  return Object.fromEntries(
    inputs.map(({ name, type, shape, data }) => {
      // type and array belong together: the parent made both from one table
      const make = ort.Tensor as new (type: string, data: unknown, shape: readonly number[]) => Ort.Tensor
      return [name, new make(type, data, shape)]
    }),
  )
}

/** The clock is read here, so that the way between the processes is not in it. */
async function time(ort: typeof Ort, session: Ort.InferenceSession, outputs: readonly string[], request: TimeRequest): Promise<Reply> {
  const feeds = feedsOf(ort, request.inputs)
  const milliseconds: number[] = []
  for (let run = 0; run < request.runs; run += 1) {
    const start = performance.now()
    await session.run(feeds, outputs)
    milliseconds.push(performance.now() - start)
  }
  return { kind: 'timed', milliseconds }
}

async function score(ort: typeof Ort, session: Ort.InferenceSession, outputs: readonly string[], request: ScoreRequest): Promise<Reply> {
  const feeds = feedsOf(ort, request.inputs)
  const found = await session.run(feeds, outputs)
  const tensors = Object.entries(found).map(([name, { type, dims, data }]) => ({ name, type, shape: [...dims], data }))
  // checked by the parent, which parses every reply
  return { kind: 'scored', outputs: tensors } as Reply
}
