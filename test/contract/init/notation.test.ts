/** Numbers and dates in another notation: told beside the column, with a rule that works as it stands there. */
import { describe, expect, it } from 'vitest'
import { makeFolder } from './support.ts'

const rows = 200
const two = (n: number) => String(n).padStart(2, '0')
const day = (i: number) => two(1 + (i % 28))
const month = (i: number) => two(1 + (i % 12))
const sheet = (columns: Readonly<Record<string, (i: number) => string>>, separator = ';'): string =>
  [
    [...Object.keys(columns), 'label'].join(separator),
    ...Array.from({ length: rows }, (_, i) => [...Object.values(columns).map((cell) => cell(i)), i % 2].join(separator)),
  ].join('\n')

/** column → the comment beside it */
function commentsOf(config: string): ReadonlyMap<string, string> {
  return new Map([...config.matchAll(/^ +(\w+): \{[^#]*\} # (.*)$/gm)].map(([, name = '', comment = '']) => [name, comment]))
}

const told: Readonly<Record<string, readonly [cell: (i: number) => string, called: string]>> = {
  thousands: [(i) => (i % 3 === 0 ? `${i}` : `${1 + i},${two(i % 90)}7`), 'numbers whose thousands are set apart'],
  apostrophes: [(i) => `${1 + i}'${two(i % 90)}7.5`, 'numbers whose thousands are set apart'],
  decimals: [(i) => `${i},5`, 'numbers with a decimal comma'],
  german: [(i) => `${1 + i}.${two(i % 90)}7,25`, 'numbers with a decimal comma'],
  percent: [(i) => `${i / 10}%`, 'percentages'],
  percent_comma: [(i) => `${i},5 %`, 'percentages with a decimal comma'],
  dollars: [(i) => `$${i}`, 'amounts of money'],
  dollars_cents: [(i) => `$${1 + i},${two(i % 90)}7.50`, 'amounts of money'],
  euros: [(i) => `${i} €`, 'amounts of money'],
  euros_comma: [(i) => `${1 + (i % 9)}\u00a0${two(i % 90)}7,50\u202f€`, 'amounts of money with a decimal comma'],
  points: [(i) => `${day(i)}.${month(i)}.2025`, 'dates with the day first'],
  slashes: [(i) => `${day(i)}/${month(i)}/2025`, 'dates with the day first'],
  american: [(i) => `${month(i)}/${day(i)}/2025`, 'dates with the month first'],
  dashes: [(i) => `${day(i)}-${month(i)}-2025`, 'dates with the day first'],
}

describe('text that is numbers or dates in another notation', () => {
  it('is said to be, with a rule that holds on the data and judges every row as a number', async () => {
    const cells = Object.fromEntries(Object.entries(told).map(([name, [cell]]) => [name, cell]))
    using folder = makeFolder({ 'train.csv': sheet(cells) })
    await folder.init({ target: 'label' })
    const written = folder.read()
    const comments = commentsOf(written)
    const checks = Object.entries(told).map(([name, [, called]]) => {
      const [, rule] = /, or hold limits against them here, below expect: checks: \[(.*)\]$/.exec(comments.get(name) ?? '') ?? []
      expect(comments.get(name)).toContain(`100 % reads as ${called}, and is text here: write `)
      return rule
    })
    expect(written).not.toMatch(/\d'\d|[$€%] ?\d|\d\d\.\d\d\.2025|\d\/2025/)
    expect((await folder.validate()).map(({ verdict }) => verdict)).toEqual(['pass'])

    const judged = async (rules: readonly (string | undefined)[]) => {
      const list = rules.map((rule) => `        - ${rule}\n`).join('')
      folder.write({ 'modelgate.yml': written.replace(/^ {4}expect:\n/m, `    expect:\n      checks:\n${list}`) })
      const [result] = await folder.validate()
      return result?.checks.filter(({ id }) => id.startsWith('validate.row_expression:')).map(({ status, n }) => ({ status, n }))
    }
    expect(await judged(checks)).toEqual(checks.map(() => ({ status: 'pass', n: rows })))
    const beyond = checks.map((rule) => rule?.replace('>= 0', '> 1e7').replace('>= DATE', '< DATE'))
    expect(await judged(beyond)).toEqual(checks.map(() => ({ status: 'fail', n: rows })))
  })

  it('is neither a list of labels nor an identifier', async () => {
    using folder = makeFolder({
      'train.csv': sheet({ share: (i) => `${i % 7}%`, price: (i) => `$${i}.${day(i)}`, order_id: (i) => `$${i}` }),
    })
    await folder.init({ target: 'label' })
    expect(folder.read()).toMatch(/share: \{type: string, nulls: \{max: \d%\}\} #/)
    expect(folder.read()).toMatch(/price: \{type: string, nulls: \{max: \d%\}\} #/)
    expect(folder.read()).toMatch(/order_id: \{type: string, nulls: \{max: \d%\}, unique: true\} #/)
  })

  it('where two notations read it equally well, none is chosen, and no rule is proposed', async () => {
    const open = {
      three_digits: (i: number) => `${1 + i},${two(i % 90)}7`,
      three_cents: (i: number) => `$${1 + i}.${two(i % 90)}7`,
      early_days: (i: number) => `${month(i)}/${month(i * 5)}/2025`,
    }
    using folder = makeFolder({ 'train.csv': sheet(open) })
    await folder.init({ target: 'label' })
    const comments = commentsOf(folder.read())
    expect(comments.get('three_digits')).toMatch(
      /numbers in which nothing tells thousands from decimals, and is text here: write plain numbers into the file$/,
    )
    expect(comments.get('three_cents')).toMatch(
      /amounts of money in which nothing tells thousands from decimals, and is text here: write plain numbers into the file$/,
    )
    expect(comments.get('early_days')).toMatch(
      /dates in which nothing tells the day from the month, and is text here: write dates as 2025-12-31 into the file$/,
    )
  })

  it('is said from 95 % on, with the part; below it, of codes and of several notations nothing is', async () => {
    const some = (part: number, other: string) => (i: number) => (i < part * rows ? `${i}%` : other)
    const columns = {
      nearly: some(0.95, 'none'),
      fewer: some(0.94, 'none'),
      mixed: (i: number) => (i % 2 === 0 ? `${i}%` : `$${i}`),
      versions: (i: number) => `1.${i % 9}.${i % 4}`,
      codes: (i: number) => `A${i},${i}`,
      zips: (i: number) => `0${1000 + i}`,
      impossible: (i: number) => `32.${month(i)}.2025`,
      lists: (i: number) => `${i},${i},${i}`,
    }
    using folder = makeFolder({ 'train.csv': sheet(columns) })
    await folder.init({ target: 'label' })
    const comments = commentsOf(folder.read())
    expect(comments.get('nearly')).toContain('95 % reads as percentages, and is text here')
    for (const name of Object.keys(columns).filter((one) => one !== 'nearly'))
      expect(`${name} ${comments.get(name)}`).not.toContain('is text here')
  })

  it('is said only where every file writes it so', async () => {
    using folder = makeFolder({ 'train.csv': sheet({ share: (i) => `${i}%` }), 'test.csv': sheet({ share: (i) => `${i} of 200` }) })
    await folder.init({ target: 'label' })
    expect(folder.read()).not.toContain('is text here')
  })
})
