/**
 * A command as people type it → argv, the way a shell splits words, and nothing else a shell does: no variables, no globs, no pipes.
 * What a shell would have acted upon is refused, so that nobody believes it happened. Variables that whoever runs the command fills in stay as they are written.
 */

export type Split = { readonly ok: true; readonly argv: readonly string[] } | { readonly ok: false; readonly why: string }

const acted = new Set([...'|&;<>()$`*?[]#~\n\r'])
/** What acts within double quotes too. */
const actedInQuotes = new Set([...'$`'])

/** @param filled names of variables that are filled in later: `$NAME` and `${NAME}` are kept */
export function splitCommand(line: string, filled: readonly string[] = []): Split {
  const text = line.trim()
  const variable = filled.length === 0 ? null : variableOf(filled)
  const words: string[] = []
  let word: string | null = null
  let quote: '"' | "'" | null = null
  for (let i = 0; i < text.length; i++) {
    const c = text[i] ?? ''
    const next = text[i + 1]
    const kept = variable !== null && c === '$' && quote !== "'" ? (text.slice(i).match(variable)?.[0] ?? null) : null
    if (kept !== null) {
      word = (word ?? '') + kept
      i += kept.length - 1
      continue
    }
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

const variableOf = (names: readonly string[], flags = ''): RegExp =>
  new RegExp(`${flags === '' ? '^' : ''}\\$(?:(${names.join('|')})(?![A-Za-z0-9_])|\\{(${names.join('|')})\\})`, flags)

/** The words with `$NAME` and `${NAME}` filled in, wherever they stand. */
export function fillIn(argv: readonly string[], values: Readonly<Record<string, string>>): readonly string[] {
  const variable = variableOf(Object.keys(values), 'g')
  return argv.map((word) => word.replace(variable, (whole, plain?: string, braced?: string) => values[plain ?? braced ?? ''] ?? whole))
}

const refused = (c: string): Split => ({
  ok: false,
  why: `${c === '\n' || c === '\r' ? 'a second line' : c} needs a shell: add \`shell: bash\`, or put it in single quotes when it is meant literally`,
})
