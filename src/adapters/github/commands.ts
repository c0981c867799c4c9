/**
 * What an action says to its runner: outputs, annotations, the summary of the job. Names are ours, values are escaped or delimited by
 * @actions/core. GITHUB_ENV and GITHUB_PATH are never written.
 */
import { appendFileSync, statSync } from 'node:fs'
import { error, setOutput, warning } from '@actions/core'
import { shorten, visible, visibleLines } from '../../core/text/visible.ts'

export interface Annotation {
  readonly type: 'error' | 'warning'
  readonly title: string
  readonly message: string
}

const sayers = { error, warning } as const satisfies Record<Annotation['type'], unknown>

/** The runner keeps ten of a type and step, and 4096 characters of each. */
export const mostAnnotations = 10
const longestMessage = 4096
const longestTitle = 255

/** Shows annotations; of each type at most ten, the last of which counts the others. */
export function annotate(annotations: readonly Annotation[]): void {
  for (const type of ['error', 'warning'] as const) {
    const all = annotations.filter((annotation) => annotation.type === type)
    const shown = all.length > mostAnnotations ? all.slice(0, mostAnnotations - 1) : all
    for (const { title, message } of shown)
      sayers[type](shorten(visibleLines(message), longestMessage), { title: shorten(visible(title), longestTitle) })
    if (shown.length < all.length) sayers[type](`${all.length - shown.length} more in the report`, { title: 'modelgate' })
  }
}

/** Sets the outputs of a step. Names come from the table of actions, values are short. */
export function setOutputs(outputs: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(outputs)) setOutput(name, value)
}

const maxSummaryBytes = 2 ** 20
const note = '\n\n_Truncated: the full report is in the artifact._\n'

/** Adds Markdown to the summary of the job. What does not fit is cut at a line: above 1 MiB the runner would drop all of it. */
export function addSummary(markdown: string, file: string | undefined): void {
  if (!file) return
  const room = maxSummaryBytes - (statSync(file, { throwIfNoEntry: false })?.size ?? 0)
  const text = `${markdown.trimEnd()}\n`
  if (Buffer.byteLength(text) <= room) return appendFileSync(file, text)
  if (room < 2 * Buffer.byteLength(note)) return
  let kept = ''
  let bytes = Buffer.byteLength(note)
  for (const line of text.split('\n')) {
    bytes += Buffer.byteLength(line) + 1
    if (bytes > room) break
    kept += `${line}\n`
  }
  appendFileSync(file, kept + note)
}
