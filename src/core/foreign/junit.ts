/**
 * JUnit XML, as pytest, dbt and many others write it: its test cases and whether they failed. Read tag by tag in one pass; a document type or an entity of
 * its own is refused, because whoever writes reports of tests needs none.
 */
import { type ForeignCheck, plainName, type Read, type Reader } from './report.ts'

const outcomes = { failure: 'fail', error: 'error', skipped: 'skipped' } as const
const isOutcome = (name: string): name is keyof typeof outcomes => Object.hasOwn(outcomes, name)

export const junit: Reader = {
  tool: 'JUnit XML',
  file: 'a JUnit XML file: `pytest --junitxml FILE`, and most other test runners',
  read({ text }) {
    if (!/^\uFEFF?\s*(<\?xml[^>]{0,200}\?>\s*)?<testsuites?[\s>/]/.test(text))
      return /^\uFEFF?\s*<!DOCTYPE/.test(text) ? refused('a document type') : null
    return cases(text)
  },
}

const refused = (what: string): Read => ({ kind: 'unreadable', why: `it holds ${what}, which no report of tests needs` })

function cases(text: string): Read {
  const checks: ForeignCheck[] = []
  let open: { readonly name: string | null; status: ForeignCheck['status'] } | null = null
  const close = () => {
    if (open !== null) checks.push({ ...open, column: null, warns: false, judged: null, broken: null })
    open = null
  }
  let depth = 0
  for (let at = text.indexOf('<'); at >= 0; at = text.indexOf('<', at)) {
    const skip = [
      ['<!--', '-->'],
      ['<![CDATA[', ']]>'],
      ['<?', '?>'],
    ].find(([start = '']) => text.startsWith(start, at))
    if (skip === undefined && text.startsWith('<!', at)) return refused('a document type or an entity')
    const end = skip === undefined ? endOfTag(text, at) : text.indexOf(skip[1] ?? '', at)
    if (end < 0) return { kind: 'unreadable', why: 'it is cut off' }
    if (skip === undefined) {
      const tag = text.slice(at + 1, end)
      const [, name = ''] = /^\/?([\w:.-]*)/.exec(tag) ?? []
      const [closes, alone] = [tag.startsWith('/'), tag.endsWith('/')]
      if (!closes && name === 'testcase') {
        close()
        open = { name: nameOf(tag), status: 'pass' }
      } else if (!closes && open !== null && isOutcome(name)) open.status = outcomes[name]
      if (name === 'testcase' && (closes || alone)) close()
      depth += closes ? -1 : alone ? 0 : 1
    }
    at = end + 1
  }
  return depth === 0 && open === null ? { kind: 'checks', checks, passed: null } : { kind: 'unreadable', why: 'it is cut off' }
}

/** A `>` inside quotes is none. */
function endOfTag(text: string, from: number): number {
  let quote = ''
  for (let i = from; i < text.length; i += 1) {
    const char = text[i] ?? ''
    if (quote !== '') quote = char === quote ? '' : quote
    else if (char === '"' || char === "'") quote = char
    else if (char === '>') return i
  }
  return -1
}

const nameOf = (tag: string): string | null => plainName(/\sname\s*=\s*["']([^"']*)["']/.exec(tag)?.[1] ?? '')
