/**
 * Text of unknown origin made safe to show: whatever a reader could not see, or a terminal would act upon, is spelt out.
 * Only characters change; the length of a message is the caller's matter.
 */

/**
 * Controls (tab stays), escape sequences' ESC, bidi marks, zero-width and other ignorable characters, line and paragraph separators,
 * lone surrogates. A variation selector is kept behind a pictograph only, where it does what it is for: elsewhere it can hide text,
 * and the runner's culture-sensitive search for `##[` reads over it.
 */
const unseen = /(?!\t)[\p{Cc}\p{Zl}\p{Zp}\p{Cs}]|(?!\uFE0F)[\p{Cf}\p{Default_Ignorable_Code_Point}]|(?<!\p{Extended_Pictographic})\uFE0F/gu

/** `U+202E` for each character that cannot be seen. Line feeds count as such: split into lines first to keep them. */
export const visible = (text: string): string => text.replace(unseen, (character) => codePoint(character))

/** As `visible`, line by line: for messages that are meant to have several lines. */
export const visibleLines = (text: string): string => text.split('\n').map(visible).join('\n')

const codePoint = (character: string): string => `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`

/** At most `length` UTF-16 units, never half a character, with an ellipsis where something was cut. */
export function shorten(text: string, length: number): string {
  if (text.length <= length) return text
  const cut = text.slice(0, Math.max(0, length - 1))
  return `${/[\uD800-\uDBFF]$/.test(cut) ? cut.slice(0, -1) : cut}…`
}
