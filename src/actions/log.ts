/** The log of a step. Every line that did not come from us goes through here, so that none can be a workflow command. */
import { dueLines, explained, outcomeWords } from '../core/report/log-lines.ts'
import type { StageResult } from '../core/schema/result.ts'
import { neutralise, neutraliseLine } from '../core/text/neutralise.ts'
import type { Progress } from '../ports/progress.ts'

export const print = (text: string): void => void process.stdout.write(`${neutralise(text)}\n`)

export const progress: Progress = {
  say: (text) => print(`  ${text}`),
  warn: (text) => print(`  warning: ${text}`),
  child: (line) => void process.stdout.write(`  │ ${neutraliseLine(line)}\n`),
}

/** The verdict line of a result, and a line for each thing that is not fine. */
export function printResult(result: StageResult): void {
  const of = result.model === null ? result.stage : `${result.stage} ${result.model}`
  print(`${of}: ${result.verdict} (${outcomeWords(result)})`)
  const due = dueLines(result)
  for (const { effect, id, message, fix } of due) {
    print(`  ${effect} ${id}  ${message}`)
    for (const line of fix) print(`    ${line}`)
  }
  const words = explained(due)
  if (words !== '') print(`  ${words}`)
  if (result.degraded.length > 0) print(`  degraded: ${result.degraded.join(', ')}`)
}
