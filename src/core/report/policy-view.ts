/** Where the policy came from and what differs, in words. Paths and values of a config are names like any other. */
import type { PolicyDifference } from '../policy/difference.ts'
import type { PolicyOrigin } from '../policy/origin.ts'
import type { GateDetails } from '../schema/details.ts'
import { name, own, plain, say, type Text } from './text.ts'

export interface PolicyView {
  readonly title: string
  /** what decides, and is not the head's to change: each a sentence */
  readonly policy: readonly Text[]
  /** paths, commands, columns: the head's */
  readonly wiring: readonly Text[]
}

export const wiringTitle = 'Paths, commands and columns that differ'

/** null: nothing differs */
export function policyView(origin: PolicyOrigin | null): PolicyView | null {
  if (origin === null || origin.differences.length === 0) return null
  const of = (kind: PolicyDifference['kind']) => origin.differences.filter((one) => one.kind === kind).map(differenceText)
  return {
    title: origin.pullRequest ? 'Policy changed in this pull request' : 'Policy changed since the base',
    policy: of('policy'),
    wiring: of('wiring'),
  }
}

/** As programs read it, in the details of the gate's result. */
export const policyDetails = ({ base, because, differences }: PolicyOrigin): NonNullable<GateDetails['policy']> => ({
  from: base === null ? 'head' : `base ${base}`,
  because,
  differences: differences.map((one) => plain(differenceText(one))),
})

/** For the footer. */
export function originText({ base, because }: PolicyOrigin): Text {
  if (base !== null) return say`policy of base ${name(base)}`
  return because === null ? own('policy of this checkout') : say`policy of the head: ${name(because)}`
}

/** One sentence: the path, the value in effect, the value that is not. */
export function differenceText({ model, path, base, head, used, from }: PolicyDifference): Text {
  const [before, after, now] = [base, head, used].map((value) => name(value ?? 'nothing'))
  const at = name(path)
  if (model !== null && path === `models.${model}`)
    return base === null ? say`${at} is new: all of it is taken from the head` : say`${at} is gone from the head: it is not judged`
  const [b, h, u] = [before ?? [], after ?? [], now ?? []]
  switch (from) {
    case 'base':
      if (head === null) return say`${at}: ${b} stays, although the head removes it`
      if (base === null) return say`${at}: the base does not set it, and ${h} of the head is not used`
      return say`${at}: ${b} of the base is used, ${h} of the head is not`
    case 'head':
      if (base === null) return say`${at}: ${h} is new and is used`
      if (head === null) return say`${at}: ${b} of the base is gone`
      return say`${at}: ${h} of the head is used, it was ${b}`
    case 'both':
      if (base === null) return say`${at}: ${u} is new and is used, not all of ${h}`
      return say`${at}: ${u} is used, of ${b} in the base and ${h} in the head`
  }
}
