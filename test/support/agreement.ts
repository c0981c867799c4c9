/** Numbers and nouns that do not go together: `1 rows`, `2 row`, `1 of 1 values`. */
const nouns =
  'rows|values|columns|blocks|groups|classes|labels|slices|comparisons|checks|pairs|features|days|bins|words|texts|models|files|entries'
const ones = 'row|value|column|block|group|class|label|slice|comparison|check|pair|feature|day|bin|word|model|file|entry'
const wrong = new RegExp(`(?<![\\d.,−-])1 (labelled )?(${nouns})\\b|(?<![\\d.,−-])(0|[2-9]|\\d[\\d,]*[02-9]|11) (${ones})\\b(?!-)`, 'u')

export const disagreement = (text: string): string | null => wrong.exec(text)?.[0] ?? null
