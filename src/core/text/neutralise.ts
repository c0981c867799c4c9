/**
 * stdout and stderr of an action are a command channel: the runner obeys `::cmd::` at the start of a line (it trims first) and the older
 * `##[cmd]` anywhere in one. Text that is not ours goes through here before it is printed.
 */
import { visible } from './visible.ts'

/** One line that no parser of the runner reads as a command, and that a person can still read. Line breaks inside it are spelt out. */
export const neutraliseLine = (line: string): string =>
  visible(line)
    .replaceAll('##[', '# #[')
    .replace(/^(\s*):(?=:)/u, '$1: ')

/** Text of several lines, each neutralised. CR, LF and CRLF all end a line, as they do for the runner. */
export const neutralise = (text: string): string =>
  text
    .split(/\r\n|\r|\n/)
    .map(neutraliseLine)
    .join('\n')
