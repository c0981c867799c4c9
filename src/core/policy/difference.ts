/** What differs between the config of the base and that of the head, and which of the two is used: found by looking at what is in effect. */
import type { Config } from '../schema/config.ts'
import { type Fact, factsOf, sharedFacts } from './facts.ts'

export interface PolicyDifference {
  /** null: of the whole config */
  readonly model: string | null
  /** as in the config: `models.flights.evaluate.metrics.roc_auc.max_drop` */
  readonly path: string
  /** wiring is the head's to say; shown all the same */
  readonly kind: Fact['kind']
  /** as a person reads it; null: it is not there */
  readonly base: string | null
  readonly head: string | null
  readonly used: string | null
  /** whose value is in effect; `both` where each brought a part of it */
  readonly from: 'base' | 'head' | 'both'
}

/** @param used the config in effect. Policy first, each in the order of the config. */
export function differences(base: Config, head: Config, used: Config): readonly PolicyDifference[] {
  const names = [...new Set([...head.models, ...base.models].map((model) => model.name))]
  const found = [
    ...compare(null, '', sharedFacts(base), sharedFacts(head), sharedFacts(used)),
    ...names.flatMap((name): readonly PolicyDifference[] => {
      const [before, after, now] = [base, head, used].map((config) => config.models.find((model) => model.name === name))
      const path = `models.${name}`
      const whole = { model: name, path, kind: 'policy', from: 'head' } as const
      if (after === undefined) return [{ ...whole, base: 'a model', head: null, used: null }]
      if (before === undefined) return [{ ...whole, base: null, head: 'a model', used: 'a model' }]
      return compare(name, `${path}.`, factsOf(before), factsOf(after), factsOf(now ?? after))
    }),
  ]
  return [...found.filter(({ kind }) => kind === 'policy'), ...found.filter(({ kind }) => kind === 'wiring')]
}

type Facts = ReadonlyMap<string, Fact>

function compare(model: string | null, under: string, base: Facts, head: Facts, used: Facts): readonly PolicyDifference[] {
  return [...new Set([...base.keys(), ...head.keys()])].flatMap((key): readonly PolicyDifference[] => {
    const known = base.get(key) ?? head.get(key)
    const above = known?.below
    if (known === undefined || (above !== undefined && base.has(above) !== head.has(above))) return []
    const whole = base.has(key) !== head.has(key)
    const [before, after, now] = [base, head, used].map((facts) => {
      const found = facts.get(key)
      return (whole ? found?.whole : undefined) ?? found
    })
    if (before?.value === after?.value) return []
    const from = now?.value === before?.value ? 'base' : now?.value === after?.value ? 'head' : 'both'
    return [
      {
        model,
        path: `${under}${key}`,
        // a path that the head may not take away decides what is judged
        kind: from === 'head' ? known.kind : 'policy',
        base: before?.shown ?? null,
        head: after?.shown ?? null,
        used: now?.shown ?? null,
        from,
      },
    ]
  })
}
