/** ModelRuntime over onnxruntime in a child process: the file is read once here, digested, looked through, rewritten, and those bytes are sent. */

import { createHash } from 'node:crypto'
import { constants, existsSync } from 'node:fs'
import { open as openFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { joinClassColumns } from '../../core/onnx/class-columns.ts'
import { metadataClasses } from '../../core/onnx/class-labels.ts'
import { describeGraph } from '../../core/onnx/describe.ts'
import { inputNames, quoted, readModel, tensorOutputNames } from '../../core/onnx/inspect.ts'
import { stackSequences } from '../../core/onnx/sequences.ts'
import { decodeModel, encodeModel } from '../../core/onnx/wire.ts'
import { dropZipMaps } from '../../core/onnx/zipmap.ts'
import { lookAtOpaque } from '../../core/opaque/look.ts'
import { spelling } from '../../core/text/no-file.ts'
import { UserError } from '../../errors.ts'
import {
  type ModelLimits,
  type ModelRuntime,
  type ModelSession,
  type TensorInfo,
  type TensorType,
  tensorTypes,
} from '../../ports/model-runtime.ts'
import { type ChildOptions, startChild } from './child.ts'
import { systemPrlimit } from './memory-cap.ts'
import type { AnyTensorInfo } from './messages.ts'
import { unpack } from './unpack.ts'

export interface RuntimeOptions {
  /** folder of the native part, verified now: asked for before each model */
  readonly nativeFolder: () => Promise<string>
  /** the entry file of the worker; default is the one beside this code */
  readonly workerPath?: string
  /** lines that the native code printed, raw: whoever shows them neutralises them */
  readonly onLine?: (line: string) => void
  /** null: poll memory even where prlimit exists */
  readonly prlimit?: string | null
}

/** protobuf cannot be larger */
const maxModelBytes = 2 ** 31 - 1

export function createModelRuntime(options: RuntimeOptions): ModelRuntime {
  const workerPath = options.workerPath ?? ownWorker()
  const prlimit = options.prlimit === undefined ? systemPrlimit() : options.prlimit
  return {
    open: async (path, limits, signal, shown = basename(path)) => {
      const original = await readOnce(path, shown, limits)
      const child: ChildOptions = { workerPath, limits, signal, shown, prlimit, onLine: options.onLine ?? (() => {}) }
      return openSession(original, options.nativeFolder, child)
    },
    look: async (path, limits, shown = basename(path)) => {
      const bytes = await readOnce(path, shown, limits)
      lookAtOpaque(bytes, shown, unpack)
      return { digest: digestOf(bytes), bytes: bytes.length }
    },
  }
}

const digestOf = (bytes: Uint8Array): string => `sha256:${createHash('sha256').update(bytes).digest('hex')}`

/** In the bundle everything lies in dist/, with a stub for the worker; in development the worker starts from source. */
function ownWorker(): string {
  const here = dirname(fileURLToPath(import.meta.url))
  const bundled = join(here, 'onnx-worker.js')
  return existsSync(bundled) ? bundled : join(here, 'start-worker.ts')
}

async function openSession(
  original: Uint8Array,
  nativeFolder: RuntimeOptions['nativeFolder'],
  options: ChildOptions,
): Promise<ModelSession> {
  const { shown } = options
  const model = readModel(original, shown)
  const joined = joinClassColumns(model)
  const unzipped = dropZipMaps(joined.model)
  const classLabels = joined.classLabels ?? unzipped.classLabels
  const { model: rewritten, rewrites: more } = stackSequences(unzipped.model)
  const rewrites = [...joined.rewrites, ...unzipped.rewrites, ...more]
  const bytes = rewritten === model ? original : encodeModel(rewritten)
  const outputs = tensorOutputNames(rewritten === model ? model : decodeModel(bytes))
  if (outputs.length === 0) {
    throw new UserError(
      'MODEL_UNSUPPORTED',
      `${shown} has no output that is a tensor`,
      'export the model with tensor outputs (skl2onnx: options={"zipmap": False})',
    )
  }
  const wanted = new Set(inputNames(model))

  // the process starts while the native part is verified here; it loads nothing before it is told which folder
  const starting = startChild(options)
  const folder = nativeFolder()
  folder.catch(() => undefined)
  const child = await starting
  try {
    const opened = await child.ask({ kind: 'open', folder: await folder, model: bytes, outputs }, 'opened')
    return {
      digest: digestOf(original),
      bytes: original.length,
      inputs: opened.inputs.filter(({ name }) => wanted.has(name)).map((info) => supported(info, 'input', shown)),
      outputs: opened.outputs.map((info) => supported(info, 'output', shown)),
      rewrites,
      classLabels: classLabels ?? metadataClasses(model),
      graph: describeGraph(model),
      time: async (inputs, runs) => (await child.ask({ kind: 'time', inputs, runs }, 'timed')).milliseconds,
      score: async (inputs) => (await child.ask({ kind: 'score', inputs }, 'scored')).outputs,
      [Symbol.asyncDispose]: () => child[Symbol.asyncDispose](),
    }
  } catch (thrown) {
    await child[Symbol.asyncDispose]()
    throw thrown
  }
}

const isTensorType = (type: string): type is TensorType => tensorTypes.some((known) => known === type)

function supported(info: AnyTensorInfo, end: 'input' | 'output', shown: string): TensorInfo {
  const { name, type, shape } = info
  if (isTensorType(type)) return { name, type, shape }
  throw new UserError(
    'MODEL_UNSUPPORTED',
    `${end} ${quoted(name)} of ${shown} is of type ${quoted(type)}, which is not supported`,
    'cast it to float32 inside the model, and export it anew',
  )
}

/** The whole file into private memory, once: what is digested and checked is what is loaded, whatever happens to the file meanwhile. */
async function readOnce(path: string, shown: string, limits: ModelLimits): Promise<Uint8Array> {
  // without O_NONBLOCK a named pipe would wait for a writer for ever
  const file = await openFile(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0)).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === 'ENOENT')
      throw new UserError(
        'MODEL_MISSING',
        `there is no model at ${shown}${spelling(shown)}`,
        'train it, or correct `model` in the config',
        { cause },
      )
    throw new UserError('MODEL_UNREADABLE', `${shown} cannot be read (${cause.code})`, 'check the permissions of the file', { cause })
  })
  await using _ = file
  const stat = await file.stat()
  if (!stat.isFile()) {
    throw new UserError('MODEL_UNREADABLE', `${shown} is not a file`, 'name one file; a folder as a model is not available in this version')
  }
  const most = Math.min(maxModelBytes, limits.memoryBytes)
  if (stat.size > most) {
    throw new UserError(
      'MODEL_RESOURCE_LIMIT',
      `${shown} is ${Math.round(stat.size / 2 ** 20)} MB, more than the ${Math.round(most / 2 ** 20)} MB it may have`,
      'a model file holds at most 2 GB; below that, raise limits.memory for this model',
    )
  }
  return file.readFile()
}
