/** What a run shows beside its log: at most ten annotations of a type, each short, none that a reader needs the report to understand. */
import { shorten } from '../text/visible.ts'
import type { Finding } from './findings.ts'
import type { Report } from './report.ts'
import { name, plain, say } from './text.ts'
import { viewOf } from './view.ts'

export interface Annotation {
  readonly type: 'error' | 'warning'
  readonly title: string
  readonly message: string
}

const maxPerType = 10
const maxUnits = 4096

/** One line each; whoever issues them escapes them for the workflow command. */
export function annotations(report: Report): readonly Annotation[] {
  const view = viewOf(report)
  const found = [
    ...view.findings.map((finding) => ({ model: null, finding })),
    ...view.models.flatMap((model) => model.findings.map((finding) => ({ model: model.name, finding }))),
  ]
  const all = found.map(({ model, finding }) => annotation(model, finding))
  return [...limited(all.filter((entry) => entry.type === 'error')), ...limited(all.filter((entry) => entry.type === 'warning'))]
}

function annotation(model: string | null, finding: Finding): Annotation {
  const title = plain(model === null ? say`modelgate ${name(finding.id)}` : say`modelgate ${name(model)}: ${name(finding.id)}`)
  const fix = finding.fix === null || finding.fix.includes('\n') ? '' : ` → ${plain(name(finding.fix))}`
  return {
    type: finding.effect === 'warn' ? 'warning' : 'error',
    title: shorten(title, 200),
    message: shorten(`${plain(finding.text)}${fix}`, maxUnits),
  }
}

/** Nine and a count: the runner drops an eleventh without a word. */
function limited(entries: readonly Annotation[]): readonly Annotation[] {
  const [first] = entries
  if (first === undefined || entries.length <= maxPerType) return entries
  const more = entries.length - (maxPerType - 1)
  return [...entries.slice(0, maxPerType - 1), { type: first.type, title: 'modelgate', message: `${more} more in the report` }]
}
