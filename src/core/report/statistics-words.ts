/** What the statistics in a sentence are, for whoever meets them the first time. */

export const statistics = {
  'JS*': 'how far two distributions are apart, 0 to 1, with what chance alone adds taken off',
  p: 'how likely chance alone would show as much',
  Holm: 'corrected for the number of metrics',
  q: 'how likely chance alone would show as much, corrected for the number of columns',
} as const

const signs: readonly (readonly [keyof typeof statistics, RegExp])[] = [
  ['JS*', /JS\*/],
  ['p', /\bp [<=]/],
  ['Holm', /\bHolm\b/],
  ['q', /\bq [<=]/],
]

/** A line on those that occur; empty where none does. */
export const statisticsIn = (sentences: readonly string[]): string =>
  signs.flatMap(([word, sign]) => (sentences.some((sentence) => sign.test(sentence)) ? [`${word}: ${statistics[word]}`] : [])).join('; ')
