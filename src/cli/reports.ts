/** What the command line shows at the end: the verdict with its reasons, and where the reports lie. */
import { join, relative } from 'node:path'
import { junit } from '../core/report/junit.ts'
import { verdictTable } from '../core/report/terminal.ts'
import type { RunContext } from '../stages/context.ts'
import { readReport } from '../stages/gate/read-report.ts'
import { reportFiles } from '../stages/gate.ts'
import type { ReportFormat } from './arguments.ts'

/** Writes the reports asked for beside those of the gate. @returns what to show */
export async function writeReports(context: RunContext, formats: readonly ReportFormat[]): Promise<string> {
  const read = await readReport(context)
  if (read.kind === 'none') return `There is no report: ${read.why}.`
  const written: string[] = [reportFiles.html, reportFiles.markdown]
  if (formats.includes('junit')) {
    await context.ports.files.write(join(context.out, 'report.junit.xml'), junit(read.report))
    written.push('report.junit.xml')
  }
  return verdictTable(
    read.report,
    written.map((name) => shown(join(context.out, name))),
  )
}

function shown(path: string): string {
  const below = relative(process.cwd(), path)
  return below.startsWith('..') ? path : below
}
