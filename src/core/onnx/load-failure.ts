/** Why onnxruntime did not take a file, in words that somebody who exports models knows: its own begin with places in its source. */
export interface LoadFailure {
  readonly why: string
  readonly fix: string
}

/** `/onnxruntime_src/…/model.cc:256 onnxruntime::Model::Model(onnx::ModelProto&&, …) Unsupported …`: up to where the sentence begins */
const place = /^(?:\S+ : )?(?:Exception during initialization: )?\/\S+\.(?:h|cc|cpp):\d+ .*?\)>?\s+(?=[A-Z])/s

export function loadFailure(message: string): LoadFailure {
  const opset = /Opset (\d+) is under development.*?domain ([\w.]+) is till opset (\d+)/s.exec(message)
  if (opset)
    return {
      why: `it is of opset ${opset[1]} of ${opset[2]}, and the runtime here knows ${opset[3]} and lower`,
      fix: `export it with an opset of at most ${opset[3]} (target_opset of skl2onnx and onnxmltools, opset_version of torch.onnx.export)`,
    }
  const ir = /model IR version: (\d+), max supported IR version: (\d+)/.exec(message)
  if (ir)
    return {
      why: `its IR version is ${ir[1]}, and the runtime here reads ${ir[2]} and lower`,
      fix: `export it with an older onnx package, or set ir_version of the model to ${ir[2]} and save it again`,
    }
  // a text vectorizer of skl2onnx; an export for the locale C would load, but leave Ä and É as they are
  const locale = /Failed to construct locale with name:([\w.@-]+)/.exec(message)
  if (locale)
    return {
      why: `it folds upper and lower case by the locale ${locale[1]}, which this machine does not have`,
      fix: `install the locale in a step before: sudo apt-get install -y locales && sudo locale-gen ${locale[1]}`,
    }
  return { why: message.replace(place, '').trim(), fix: 'check the model with onnx.checker, or export it anew' }
}
