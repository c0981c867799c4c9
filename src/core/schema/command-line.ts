/**
 * A command as people type it → argv, the way a shell splits words, and nothing else a shell does: no variables, no globs, no pipes.
 * What a shell would have acted upon is refused, so that nobody believes it happened.
 */

export type Split = { readonly ok: true; readonly argv: readonly string[] } | { readonly ok: false; readonly why: string }

const acted = new Set([...'|&;<>()$`*?[]#~\n\r'])
/** What acts within double quotes too. */
const actedInQuotes = new Set([...'$`'])

export function splitCommand(line: string): Split {
  const text = line.trim()
  const words: string[] = []
  let word: string | null = null
  let quote: '"' | "'" | null = null
  for (let i = 0; i < text.length; i++) {
    const c = text[i] ?? ''
    const next = text[i + 1]
    if (quote === "'") {
      if (c === "'") quote = null
      else word = (word ?? '') + c
    } else if (quote === '"') {
      if (c === '"') quote = null
      else if (c === '\\' && (next === '"' || next === '\\' || next === '$' || next === '`')) {
        word = (word ?? '') + next
        i++
      } else if (actedInQuotes.has(c)) return refused(c)
      else word = (word ?? '') + c
    } else if (c === '"' || c === "'") {
      quote = c
      word ??= ''
    } else if (c === '\\') {
      if (next === undefined) return { ok: false, why: 'the command ends with a backslash' }
      word = (word ?? '') + next
      i++
    } else if (c === ' ' || c === '\t') {
      if (word !== null) words.push(word)
      word = null
    } else if (acted.has(c) && !((c === '#' || c === '~') && word !== null)) return refused(c)
    else word = (word ?? '') + c
  }
  if (quote !== null) return { ok: false, why: `a quote (${quote}) is not closed` }
  if (word !== null) words.push(word)
  const [program] = words
  if (program === undefined || program === '') return { ok: false, why: 'the command is empty' }
  if (/^[A-Za-z_][A-Za-z0-9_]*=/.test(program))
    return { ok: false, why: `${program.split('=')[0]}=… in front of a command needs a shell: add \`shell: bash\`` }
  return { ok: true, argv: words }
}

const refused = (c: string): Split => ({
  ok: false,
  why: `${c === '\n' || c === '\r' ? 'a second line' : c} needs a shell: add \`shell: bash\`, or put it in single quotes when it is meant literally`,
})
