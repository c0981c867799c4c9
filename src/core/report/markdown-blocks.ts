/** The blocks that a report in GitHub Markdown is made of. */
import type { Verdict } from '../gate/fold.ts'
import { fence } from './escape.ts'
import type { FindingGroup } from './fixes.ts'
import type { MetricView } from './metric-view.ts'
import { advice, blockMarkdown, markdown, own, say, strong, type Text } from './text.ts'

export const icons = { pass: '✅', warn: '⚠️', fail: '❌', error: '⛔', skipped: '➖' } as const satisfies Record<Verdict, string>
/** Undecided is neutral: yellow means that something is due. */
export const neutral = '⚪'

export const strongIf = (text: Text, wanted: boolean): Text => (wanted ? strong(text) : text)

export function verdictWords(metric: Pick<MetricView, 'gated' | 'effect' | 'word'>): string {
  if (!metric.gated) return '–'
  const undecided = metric.effect === 'pass' && metric.word !== 'pass'
  return `${undecided ? neutral : icons[metric.effect]} ${metric.word}`
}

/** Lines of one paragraph, then what to do about them. */
export function groupText({ findings, fix, names }: FindingGroup, withFix: boolean): string {
  const lines = findings.map(({ effect, stage, text }) => `${icons[effect]} ${markdown(say`${strong(own(stage))} · ${text}`)}`)
  return [...lines, ...(fix === null || !withFix ? [] : [fixText(fix, names)])].join('  \n')
}

function fixText({ sentence, block }: NonNullable<FindingGroup['fix']>, names: readonly string[]): string {
  const line = `→ ${markdown(advice(sentence, names))}`
  return block === null ? line : `${line}\n\n${fence(block, 'yaml')}`
}

export function table(header: readonly string[], rows: readonly (readonly Text[])[]): string {
  if (rows.length === 0) return ''
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  return [
    line(header.map((cell) => markdown(own(cell)))),
    line(header.map(() => '---')),
    ...rows.map((row) => line(row.map(markdown))),
  ].join('\n')
}

/** GitHub reads Markdown inside an HTML block again after a blank line. */
export const folded = (summary: Text, blocks: readonly string[]): string =>
  [`<details><summary>${blockMarkdown(summary)}</summary>`, ...blocks.filter((block) => block !== ''), '</details>'].join('\n\n')
