/**
 * What a step says to its runner: outputs, annotations, the summary of the job. Names are ours; values are delimited or escaped.
 * GITHUB_ENV and GITHUB_PATH are never written. Written here rather than through @actions/core, which takes 80 ms to load in each of the
 * nine steps; the tests read what is written with ports of the runner's own parsers.
 */
import { randomUUID } from 'node:crypto'
import { appendFileSync, statSync } from 'node:fs'
import { shorten, visible, visibleLines } from '../../core/text/visible.ts'

export interface Annotation {
  readonly level: 'error' | 'warning'
  readonly title: string
  readonly message: string
}

/** The runner keeps ten of a level and step, and 4096 characters of each. */
export const mostAnnotations = 10
const longestMessage = 4096
const longestTitle = 255

/** The lines that show annotations; of each level at most ten, the last of which counts the others. */
export function annotationLines(annotations: readonly Annotation[]): readonly string[] {
  return (['error', 'warning'] as const).flatMap((level) => {
    const all = annotations.filter((annotation) => annotation.level === level)
    const shown = all.length > mostAnnotations ? all.slice(0, mostAnnotations - 1) : all
    const more = all.length - shown.length
    return [
      ...shown.map(({ title, message }) => annotationLine(level, visible(title).trim(), visibleLines(message))),
      ...(more > 0 ? [annotationLine(level, 'modelgate', `${more} more in the report`)] : []),
    ]
  })
}

const annotationLine = (level: Annotation['level'], title: string, message: string): string =>
  `::${level} title=${escapeProperty(shorten(title, longestTitle))}::${escapeData(shorten(message, longestMessage))}`

const escapeData = (text: string): string => text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A')
const escapeProperty = (text: string): string => escapeData(text).replaceAll(':', '%3A').replaceAll(',', '%2C')

/** Shows annotations on stdout, which is where the runner reads them. */
export function annotate(annotations: readonly Annotation[]): void {
  for (const line of annotationLines(annotations)) process.stdout.write(`${line}\n`)
}

/**
 * Sets the outputs of a step: blocks whose delimiter nobody could foresee. Names come from the table of actions.
 * @param file GITHUB_OUTPUT; without one there is nobody to tell
 */
export function setOutputs(outputs: Readonly<Record<string, string>>, file: string | undefined): void {
  if (!file) return
  const blocks = Object.entries(outputs).map(([name, value]) => {
    const delimiter = `modelgate_${randomUUID()}`
    return `${name}<<${delimiter}\n${value}\n${delimiter}\n`
  })
  appendFileSync(file, blocks.join(''))
}

const maxSummaryBytes = 2 ** 20
const note = '\n\n_Truncated: the full report is in the artifact._\n'

/**
 * Adds Markdown to the summary of the job. What does not fit is cut at a line: above 1 MiB the runner would drop all of it.
 * @param file GITHUB_STEP_SUMMARY
 */
export function addSummary(markdown: string, file: string | undefined): void {
  if (!file) return
  const room = maxSummaryBytes - (statSync(file, { throwIfNoEntry: false })?.size ?? 0)
  const text = `${markdown.trimEnd()}\n`
  if (Buffer.byteLength(text) <= room) {
    appendFileSync(file, text)
    return
  }
  let left = room - Buffer.byteLength(note)
  let kept = ''
  for (const line of text.split('\n')) {
    left -= Buffer.byteLength(line) + 1
    if (left < 0) break
    kept += `${line}\n`
  }
  if (kept !== '') appendFileSync(file, kept + note)
}
