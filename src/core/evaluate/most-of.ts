/** What more than half of several measurements say: one slow minute of a machine, or one unlucky draw, is no verdict. */

export type Said = 'pass' | 'warn' | 'fail'

/** One of `all` that says it: the worst that more than half of them reach. @throws RangeError when there is none */
export function mostOf<T>(all: readonly T[], saidBy: (one: T) => Said): T {
  const [first] = all
  if (first === undefined) throw new RangeError('nothing was measured')
  for (const said of ['fail', 'warn'] as const) {
    const reached = all.filter((one) => saidBy(one) === 'fail' || saidBy(one) === said)
    if (reached.length * 2 > all.length) return reached.find((one) => saidBy(one) === said) ?? reached[0] ?? first
  }
  return all.find((one) => saidBy(one) === 'pass') ?? first
}
