/**
 * What the Actions runner makes of a line on stdout and of the files behind GITHUB_OUTPUT, ported from actions/runner
 * (`ActionCommand.cs`, `FileCommandManager.cs`) for use as an oracle. Where the runner compares by culture, which can read over
 * characters without width, this port reads over all of them: it finds a command wherever any runner might.
 */

export interface WorkflowCommand {
  readonly name: string
  readonly properties: Readonly<Record<string, string>>
  readonly data: string
}

/** C#'s `TrimStart()` and the characters that a culture-sensitive search does not see. */
const readOver = (line: string): string =>
  line.replace(/[\p{Default_Ignorable_Code_Point}\p{Cf}\0]/gu, '').replace(/^[\s\u0085\uFEFF]+/u, '')

/** `::name key=value,key=value::data` */
export function parseV2(line: string): WorkflowCommand | null {
  const message = readOver(line)
  if (!message.startsWith('::')) return null
  const end = message.indexOf('::', 2)
  if (end < 0) return null
  const info = message.slice(2, end)
  return command(info, ',', message.slice(end + 2), unescapeV2, (text) => unescapeV2(text.replaceAll('%3A', ':').replaceAll('%2C', ',')))
}

/** `##[name key=value;key=value]data`, anywhere in the line */
export function parseV1(line: string): WorkflowCommand | null {
  const message = readOver(line)
  const start = message.indexOf('##[')
  if (start < 0) return null
  const end = message.indexOf(']', start)
  if (end < 0) return null
  return command(message.slice(start + 3, end), ';', message.slice(end + 1), unescapeV1, unescapeV1)
}

function command(
  info: string,
  separator: string,
  data: string,
  unescapeData: (t: string) => string,
  unescapeProperty: (t: string) => string,
): WorkflowCommand {
  const space = info.indexOf(' ')
  const properties: Record<string, string> = {}
  for (const pair of space < 0
    ? []
    : info
        .slice(space + 1)
        .trim()
        .split(separator)) {
    const equals = pair.indexOf('=')
    if (equals >= 0) properties[pair.slice(0, equals)] = unescapeProperty(pair.slice(equals + 1))
  }
  return { name: space < 0 ? info : info.slice(0, space), properties, data: unescapeData(data) }
}

/** One pass, as the runner's table does it: `%25` last, so that an escaped percent stays one. */
const unescapeV2 = (text: string): string => text.replaceAll('%0D', '\r').replaceAll('%0A', '\n').replaceAll('%25', '%')
const unescapeV1 = (text: string): string =>
  text.replaceAll('%3B', ';').replaceAll('%0D', '\r').replaceAll('%0A', '\n').replaceAll('%5D', ']').replaceAll('%25', '%')

/** The runner reads lines as .NET does: CR, LF and CRLF all end one. */
export const commandsIn = (stream: string): readonly WorkflowCommand[] =>
  stream.split(/\r\n|\r|\n/).flatMap((line) => parseV2(line) ?? parseV1(line) ?? [])

/** GITHUB_OUTPUT and its like: `name=value` lines and `name<<delimiter` blocks. @throws as the runner does, on anything else */
export function parseOutputFile(text: string): Record<string, string> {
  const pairs = new Map<string, string>()
  let index = 0
  const readLine = (): { line: string; newline: string } | null => {
    if (index >= text.length) return null
    const start = index
    const lf = text.indexOf('\n', index)
    index = lf < 0 ? text.length : lf + 1
    return { line: text.slice(start, lf < 0 ? text.length : lf), newline: lf < 0 ? '' : '\n' }
  }
  for (let read = readLine(); read !== null; read = readLine()) {
    const { line } = read
    if (line === '') continue
    const equals = line.indexOf('=')
    const heredoc = line.indexOf('<<')
    if (heredoc >= 0 && (equals < 0 || heredoc < equals)) {
      const name = line.slice(0, heredoc)
      const delimiter = line.slice(heredoc + 2)
      if (name === '' || delimiter === '')
        throw new Error(`Invalid format '${line}'. Name must not be empty and delimiter must not be empty`)
      const start = index
      let end = index
      for (let inner = readLine(); ; inner = readLine()) {
        if (inner === null) throw new Error(`Invalid value. Matching delimiter not found '${delimiter}'`)
        if (inner.line === delimiter) break
        if (inner.newline === '') throw new Error('Invalid value. EOF marker missing new line.')
        end = index - inner.newline.length
      }
      pairs.set(name, end > start ? text.slice(start, end) : '')
    } else if (equals > 0) pairs.set(line.slice(0, equals), line.slice(equals + 1))
    else throw new Error(`Invalid format '${line}'`)
  }
  return Object.fromEntries(pairs)
}
