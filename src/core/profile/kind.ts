/** Which kind of column this is: decided on the reference, stored with the reason, in the order of these rules. */
import type { StorageKind } from '../checks/facts.ts'
import type { ProfileKind } from '../schema/profile.ts'

export interface KindFacts {
  readonly storage: StorageKind
  /** values that are there (and finite) in the sample */
  readonly values: number
  readonly distinct: number
  readonly min: number | null
  readonly max: number | null
  /** Spearman's correlation with the row order, over up to 2000 rows */
  readonly order: number | null
  /** numbers: part of the rows that the twenty most frequent values have */
  readonly topTwenty: number
  /** strings */
  readonly meanLength: number
  readonly withSpaces: number
}

interface Rule {
  readonly kind: ProfileKind
  readonly when: (facts: KindFacts) => boolean
  readonly reason: (facts: KindFacts) => string
}

const enough = 50
const fewLevels = 50
const isNumber = ({ storage }: KindFacts) => storage === 'integer' || storage === 'float' || storage === 'decimal'
const ratio = ({ distinct, values }: KindFacts) => distinct / values
/** Few rows of a wide integer all differ by chance: below 1000 rows, identifiers are those that fill their range. */
const dense = ({ min, max, values }: KindFacts) => values >= 1000 || (min !== null && max !== null && max - min < 2 * values)

const rules: readonly Rule[] = [
  {
    kind: 'text',
    when: ({ storage }) => storage === 'other' || storage === 'time',
    reason: ({ storage }) => (storage === 'time' ? 'times of day are not profiled' : 'nested values: of lists, the length is'),
  },
  { kind: 'constant', when: ({ values }) => values === 0, reason: () => 'no value is present' },
  { kind: 'constant', when: ({ distinct }) => distinct === 1, reason: () => 'one distinct value' },
  { kind: 'boolean', when: ({ storage }) => storage === 'boolean', reason: () => 'stored as boolean' },
  {
    kind: 'datetime',
    when: ({ storage }) => storage === 'date' || storage === 'timestamp',
    reason: ({ storage }) => `stored as ${storage}`,
  },
  { kind: 'boolean', when: ({ distinct }) => distinct === 2, reason: () => 'two distinct values' },
  {
    kind: 'identifier',
    when: (facts) => isNumber(facts) && facts.values >= enough && facts.distinct > 20 && Math.abs(facts.order ?? 0) > 0.99,
    reason: () => 'values follow the order of the rows',
  },
  {
    kind: 'identifier',
    when: (facts) => facts.storage === 'integer' && facts.values >= enough && ratio(facts) > 0.99 && dense(facts),
    reason: () => 'nearly every value is distinct',
  },
  {
    kind: 'categorical',
    when: ({ storage, distinct }) => storage === 'integer' && distinct <= 20,
    reason: ({ distinct }) => `integers with ${distinct} distinct values`,
  },
  { kind: 'numeric-discrete', when: ({ storage }) => storage === 'integer', reason: () => 'integers with more than 20 distinct values' },
  {
    kind: 'numeric-discrete',
    when: (facts) => isNumber(facts) && (facts.distinct <= 20 || facts.topTwenty >= 0.5),
    reason: ({ distinct }) => (distinct <= 20 ? `${distinct} distinct numbers` : 'twenty values make up half of the rows'),
  },
  { kind: 'numeric-continuous', when: isNumber, reason: () => 'numbers, most of them distinct' },
  {
    kind: 'identifier',
    when: (facts) => facts.values >= enough && ratio(facts) > 0.99 && facts.withSpaces < 0.5,
    reason: () => 'nearly every value is distinct',
  },
  { kind: 'text', when: ({ meanLength }) => meanLength > 30, reason: () => 'more than 30 characters on average' },
  {
    kind: 'text',
    when: (facts) => facts.values >= enough && ratio(facts) > 0.5 && facts.withSpaces >= 0.5,
    reason: () => 'mostly distinct values with spaces',
  },
  { kind: 'categorical-high', when: ({ distinct }) => distinct > fewLevels, reason: () => `text with more than ${fewLevels} levels` },
]

export function decideKind(facts: KindFacts): { readonly kind: ProfileKind; readonly reason: string } {
  const rule = rules.find(({ when }) => when(facts))
  return rule === undefined ? { kind: 'categorical', reason: 'text with few levels' } : { kind: rule.kind, reason: rule.reason(facts) }
}

/** Storage kinds that a reference's kind can be taken over for. */
export const family = (storage: StorageKind): string =>
  storage === 'integer' || storage === 'float' || storage === 'decimal'
    ? 'number'
    : storage === 'date' || storage === 'timestamp'
      ? 'datetime'
      : storage

/** Kinds that a storage can have, when the config says which: the rest would have nothing to count. */
export function canBe(kind: ProfileKind, storage: StorageKind): boolean {
  switch (kind) {
    case 'numeric-discrete':
    case 'numeric-continuous':
      return family(storage) === 'number'
    case 'datetime':
      return family(storage) === 'datetime'
    case 'text':
      return storage === 'string'
    case 'boolean':
    case 'categorical':
    case 'categorical-high':
      return storage !== 'other'
    case 'constant':
    case 'identifier':
      return true
  }
}
