/** What the statistics in a sentence are, for whoever meets them the first time. */

const words: readonly (readonly [RegExp, string])[] = [
  [/JS\*/, 'JS*: how far two distributions are apart, 0 to 1.'],
  [/\bp [<=]/, 'p: how likely chance alone would show as much.'],
  [/\bHolm\b/, 'Holm: corrected for the number of metrics.'],
  [/\bq [<=]/, 'q: how likely chance alone would show as much, corrected for the number of columns.'],
]

/** A line on those that occur; empty where none does. */
export const statisticsIn = (sentences: readonly string[]): string =>
  words.flatMap(([sign, meaning]) => (sentences.some((sentence) => sign.test(sentence)) ? [meaning] : [])).join(' ')
