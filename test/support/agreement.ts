import type { StageResult } from '../../src/core/schema/result.ts'

/** Numbers, nouns and verbs that do not go together: `1 rows`, `2 row`, `1 of 1 values`, `1 of 1 row have`. */
const nouns =
  'rows|values|columns|blocks|groups|classes|labels|slices|comparisons|checks|pairs|features|days|bins|words|texts|models|files|entries'
const ones = 'row|value|column|block|group|class|label|slice|comparison|check|pair|feature|day|bin|word|model|file|entry'
const wrong = new RegExp(
  `(?<![\\d.,−-])1 (labelled )?(${nouns})\\b|(?<![\\d.,−-])(0|[2-9]|\\d[\\d,]*[02-9]|11) (${ones})\\b(?!-)|(?<!and |[\\d.,−-])1 (${ones}) (have|are|were|do)\\b`,
  'u',
)

export const disagreement = (text: string): string | null => wrong.exec(text)?.[0] ?? null

/** The same result, once every sentence of it has been read. @throws Error where number and noun differ */
export function agreeing(result: StageResult): StageResult {
  for (const { id, message, fix } of result.checks) {
    const wrong = disagreement(`${message} ${fix ?? ''}`)
    if (wrong !== null) throw new Error(`${id} says "${wrong}": ${message} ${fix ?? ''}`)
  }
  return result
}
