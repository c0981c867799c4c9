import { describe, expect, it } from 'vitest'
import { loadFailure } from '../../../src/core/onnx/load-failure.ts'

// word for word what onnxruntime says
const place =
  '/onnxruntime_src/onnxruntime/core/graph/model_load_utils.h:46 void onnxruntime::model_load_utils::ValidateOpsetForDomain(const std::unordered_map<std::__cxx11::basic_string<char>, int>&, const onnxruntime::logging::Logger&, bool, const std::string&, int)'
const opset = (domain: string) =>
  `${place} ONNX Runtime only *guarantees* support for models stamped with official released onnx opset versions. Opset 99 is under development and support for this is limited. The operator schemas and or other functionality may change before next ONNX release and in this case ONNX Runtime will not guarantee backward compatibility. Current official support for domain ${domain} is till opset 28.\n`

describe('why onnxruntime does not load a model', () => {
  it.each(['ai.onnx', 'ai.onnx.ml'])('an opset that is too new is said with the one that would do: %s', (domain) => {
    expect(loadFailure(opset(domain))).toEqual({
      why: `it is of opset 99 of ${domain}, and the runtime here knows 28 and lower`,
      fix: expect.stringContaining('at most 28 (target_opset'),
    })
  })

  it('so is an IR version', () => {
    const text =
      '/onnxruntime_src/onnxruntime/core/graph/model.cc:256 onnxruntime::Model::Model(onnx::ModelProto&&, const onnxruntime::PathString&, const onnxruntime::ModelOptions&) Unsupported model IR version: 99, max supported IR version: 14\n'
    expect(loadFailure(text)).toEqual({
      why: 'its IR version is 99, and the runtime here reads 14 and lower',
      fix: expect.stringContaining('ir_version of the model to 14'),
    })
  })

  it('so is a locale that the machine does not have, which no other export mends', () => {
    const text =
      'Exception during initialization: /onnxruntime_src/onnxruntime/core/providers/cpu/text/string_normalizer.cc:235 onnxruntime::StringNormalizer::Locale::Locale(const std::string&)::<lambda()> Failed to construct locale with name:en_US.UTF-8:locale::facet::_S_create_c_locale name not valid:Please, install necessary language-pack-XX and configure locales\n'
    expect(loadFailure(text)).toEqual({
      why: 'it folds upper and lower case by the locale en_US.UTF-8, which this machine does not have',
      fix: expect.stringContaining('locale-gen en_US.UTF-8'),
    })
  })

  it('anything else is its own sentence, without the place in its source', () => {
    expect(loadFailure(`${place} Node (x) has input size 1 not in range [min=2, max=2].`).why).toBe(
      'Node (x) has input size 1 not in range [min=2, max=2].',
    )
    expect(loadFailure(`Exception during initialization: ${place.replace('int)', 'int)::<lambda()>')} Weights are missing.\n`).why).toBe(
      'Weights are missing.',
    )
    const graph = 'This is an invalid model. In Node, ("", Foo, "", -1) : ("a": tensor(float),) -> ("s",) , Error No Op registered for Foo'
    expect(loadFailure(graph).why).toBe(graph)
  })
})
