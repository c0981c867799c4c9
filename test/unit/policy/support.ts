import { type AppliedPolicy, applyBasePolicy } from '../../../src/core/policy/apply.ts'
import { differenceText } from '../../../src/core/report/policy-view.ts'
import { plain } from '../../../src/core/report/text.ts'
import type { ModelConfig } from '../../../src/core/schema/config.ts'
import { hash, parse, whole } from '../config/support.ts'

export interface Applied extends AppliedPolicy {
  readonly model: ModelConfig
  readonly sentences: readonly string[]
}

export function applyTexts(base: string, head: string): Applied {
  const applied = applyBasePolicy(parse(base), parse(head), hash)
  const [model] = applied.config.models
  if (model === undefined) throw new Error('no model')
  return { ...applied, model, sentences: applied.differences.map((one) => plain(differenceText(one))) }
}

/** Two configs of one model `m`, by their keys. */
export const apply = (base: string, head: string): Applied => applyTexts(whole(base), whole(head))
