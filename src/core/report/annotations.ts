/** What a run shows beside its log: one annotation a finding, worst first. Whoever shows them keeps the runner's limits. */
import type { Finding } from './findings.ts'
import type { Report } from './report.ts'
import { name, plain, say } from './text.ts'
import { viewOf } from './view.ts'

export interface ReportAnnotation {
  readonly level: 'error' | 'warning'
  readonly title: string
  readonly message: string
}

export function annotations(report: Report): readonly ReportAnnotation[] {
  const view = viewOf(report)
  return [
    ...view.findings.map((finding) => annotation(null, finding)),
    ...view.models.flatMap((model) => model.findings.map((finding) => annotation(model.name, finding))),
  ]
}

/** One line each; a fix of several lines is for the report. */
function annotation(model: string | null, finding: Finding): ReportAnnotation {
  const fix = finding.fix === null || finding.fix.includes('\n') ? '' : ` → ${plain(name(finding.fix))}`
  return {
    level: finding.effect === 'warn' ? 'warning' : 'error',
    title: plain(model === null ? say`modelgate ${name(finding.id)}` : say`modelgate ${name(model)}: ${name(finding.id)}`),
    message: `${plain(finding.text)}${fix}`,
  }
}
