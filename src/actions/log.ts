/** The log of a step. Every line that did not come from us goes through here, so that none can be a workflow command. */
import type { StageResult } from '../core/schema/result.ts'
import { neutralise, neutraliseLine } from '../core/text/neutralise.ts'
import type { Progress } from '../ports/progress.ts'

export const print = (text: string): void => void process.stdout.write(`${neutralise(text)}\n`)

export const progress: Progress = {
  say: (text) => print(`  ${text}`),
  warn: (text) => print(`  warning: ${text}`),
  child: (line) => void process.stdout.write(`  │ ${neutraliseLine(line)}\n`),
}

/** The verdict line of a result, and a line for each check that is not fine. */
export function printResult(result: StageResult): void {
  const of = result.model === null ? result.stage : `${result.stage} ${result.model}`
  const passed = result.checks.filter((check) => check.effect === 'pass').length
  const summary =
    result.verdict === 'skipped' ? (result.because ?? 'no reason given') : `${passed} of ${result.checks.length} checks passed`
  print(`${of}: ${result.verdict} (${summary})`)
  for (const check of result.checks) {
    if (check.effect === 'pass' || check.effect === 'skipped') continue
    print(`  ${check.effect} ${check.id}  ${check.message}`)
    if (check.fix !== null) print(`    ${check.fix}`)
  }
  if (result.degraded.length > 0) print(`  degraded: ${result.degraded.join(', ')}`)
}
