/**
 * Regular expressions of which nobody has to ask whether RE2 takes them: characters that mean themselves, `.`, \d, \w, \s, sets of such and of whole ranges, each once, some times or optional, between
 * `^` and `$`. All others are tried by the engine.
 */
const one = String.raw`[A-Za-z0-9 _@:/,=-]|\\[dws.]|\.|\[\^?(?:A-Z|a-z|0-9|A-F|a-f|[A-Za-z0-9 _@:/,.])+\]`
const plain = new RegExp(String.raw`^\^?(?:(?:${one})(?:[*+?]|\{\d{1,2},?\})?)*\$?$`)

export const isPlainPattern = (pattern: string): boolean => pattern.length <= 100 && plain.test(pattern)
