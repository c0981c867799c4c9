/** Rates and tables as they are written into the reports. */
import { interval, percent } from '../simulate/tally.ts'

export function bracketed(k: number, n: number): string {
  const [low, high] = interval(k, n)
  return `${percent(k / n)} [${percent(low)}, ${percent(high)}]`
}

export const fine = (share: number) => `${(100 * share).toFixed(1)} %`

export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')
}
