/**
 * What a step says to its runner, through @actions/core: outputs, annotations, secrets to mask, the summary of the job. GITHUB_ENV and
 * GITHUB_PATH are never written. Texts are made visible first, and kept within what the runner keeps.
 */
import { appendFileSync, statSync } from 'node:fs'
import { error, setOutput, setSecret, warning } from '@actions/core'
import { shorten, visible, visibleLines } from '../../core/text/visible.ts'
import { UserError } from '../../errors.ts'

export interface Annotation {
  readonly level: 'error' | 'warning'
  readonly title: string
  readonly message: string
}

/** The runner keeps ten of a level and step, and 4096 characters of each. */
const mostAnnotations = 10
const longestMessage = 4096
const longestTitle = 255

/** Of each level at most ten, the last of which counts the others; every field visible and short enough. */
function keptAnnotations(annotations: readonly Annotation[]): readonly Annotation[] {
  return (['error', 'warning'] as const).flatMap((level) => {
    const all = annotations.filter((annotation) => annotation.level === level)
    const shown = all.length > mostAnnotations ? all.slice(0, mostAnnotations - 1) : all
    const more = all.length - shown.length
    return [
      ...shown.map(({ title, message }) => ({
        level,
        title: shorten(visible(title).trim(), longestTitle) || 'modelgate',
        message: shorten(visibleLines(message), longestMessage),
      })),
      ...(more > 0 ? [{ level, title: 'modelgate', message: `${more} more in the report` }] : []),
    ]
  })
}

const show = { error, warning } as const

/** Shows annotations on stdout, which is where the runner reads them. */
export function annotate(annotations: readonly Annotation[]): void {
  for (const { level, title, message } of keptAnnotations(annotations)) show[level](message, { title })
}

/**
 * Has the runner hide a secret in every log of the job. What is too short to be one would blank out half the log, and is left alone.
 * Source: SEC-01 and SEC-03 of docs/security.md.
 */
export function mask(secret: string | null): void {
  if (secret === null || secret.length < 8) return
  for (const form of new Set([secret, Buffer.from(secret).toString('base64'), encodeURIComponent(secret)])) setSecret(form)
}

/**
 * Sets the outputs of a step. Names come from the table of actions.
 * @param file GITHUB_OUTPUT, which @actions/core writes; without one there is nobody to tell
 * @throws UserError OUTPUTS_UNWRITABLE: a green step without outputs would say nothing to whoever tests them
 */
export function setOutputs(outputs: Readonly<Record<string, string>>, file: string | undefined): void {
  if (!file) return
  try {
    for (const [name, value] of Object.entries(outputs)) setOutput(name, value)
  } catch (cause) {
    throw new UserError(
      'OUTPUTS_UNWRITABLE',
      'the outputs of this step cannot be written to the file behind GITHUB_OUTPUT',
      'find out what removed or replaced that file while the step ran',
      { cause },
    )
  }
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
