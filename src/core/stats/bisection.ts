/**
 * Where a condition that is true at `low` and false at `high` changes: the middle of what is left after `steps` halvings, so at most
 * (high − low)/2^(steps + 1) from it. Where it changes more than once, one of the places; where it never does, the end beyond which it would.
 */
export function bisection(holds: (x: number) => boolean, low: number, high: number, steps = 60): number {
  let [from, to] = [low, high]
  for (let step = 0; step < steps; step++) {
    const middle = (from + to) / 2
    if (holds(middle)) from = middle
    else to = middle
  }
  return (from + to) / 2
}
