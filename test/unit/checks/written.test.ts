/** How the contract is written: short and long forms, defaults of a column, lists, and what is refused with its place. */
import { describe, expect, it } from 'vitest'
import { explainChecks } from '../../../src/core/checks/explain.ts'
import { checkId } from '../../../src/core/checks/report.ts'
import { checkTable, findCheck } from '../../../src/core/checks/table.ts'
import { model, problems, whole } from '../config/support.ts'
import { exampleOf, expectationsOf } from './support.ts'

const of = (text: string) => expectationsOf(text).filter(({ check }) => check !== 'exists')
const wrong = (text: string) => problems(whole(`data: {train: a.csv, test: b.csv}\nexpect: ${text}`))

describe('every check', () => {
  it('is the same under a longer name, which no other check has', () => {
    const written = (key: string) => of(`{columns: {a: {${key}: [1, 2]}}}`)
    expect(written('values_in_set')).toEqual(written('in'))
    expect(of('{row_count_between: {min: 3}}')).toEqual(of('{rows: {min: 3}}'))
    expect(of('{checks: [{check: null_rate_between, column: a, max: 1%}]}')).toEqual(of('{columns: {a: {null_rate: {max: 1%}}}}'))
    expect(wrong('{columns: {a: {in: [1], values_in_set: [2]}}}')[0]).toContain('There are two checks validate.in:a')
    expect(wrong('{checks: [{check: valeus_in_set, column: a, values: [1]}]}')[0]).toContain('Did you mean values_in_set?')
    const names = checkTable.flatMap(({ name, also }) => [name, ...also])
    expect(new Set(names).size).toBe(names.length)
  })

  it.each(checkTable.map((entry) => [entry.name, entry] as const))(
    '%s: its example is read in all three places, to the same',
    (_, entry) => {
      const { params } = exampleOf(entry)
      const [listed] = expectationsOf(
        `{checks: [{check: ${entry.name}, ${entry.on === 'column' ? 'column: a, ' : ''}${JSON.stringify(params).slice(1, -1)}}]}`,
      ).filter(({ check }) => check === entry.name)
      expect(listed?.params).toEqual(params)
      expect(entry.bind(params).kind).toMatch(/^(decided|rows|figures|counted|asked)$/)
    },
  )

  it('is refused by the nearest name when it is none', () => {
    expect(wrong('{columns: {a: {betwen: {min: 1}}}}')[0]).toContain('UNKNOWN_KEY expect.columns.a.betwen. Did you mean between?')
    expect(wrong('{columns: {a: {betwen: {min: 1}}}}')[0]).toMatch(/ Allowed: between, (\w+, ){10}\w+ and \d+ more\.$/)
    expect(wrong('{row_expresion: a > 1}')[0]).toContain('UNKNOWN_KEY expect.row_expresion. Did you mean row_expression?')
    expect(wrong('{checks: [{check: betwen, column: a}]}')[0]).toContain(
      'UNKNOWN_CHECK expect.checks[0].check. There is no check betwen. Did you mean between?',
    )
    expect(wrong('{columns: {a: {between: {mni: 1}}}}')[0]).toContain(
      'UNKNOWN_KEY expect.columns.a.between.mni. Did you mean min? Allowed: min, max, strict, severity, on, name, mostly, where.',
    )
    expect(wrong('{checks: [{check: min, column: a, valeu: 3}]}')[0]).toContain('UNKNOWN_KEY expect.checks[0].valeu. Did you mean value?')
  })
})

describe('short and long forms', () => {
  it('say the same', () => {
    expect(of('{columns: {a: {min: 3}}}')).toEqual(of('{columns: {a: {min: {value: 3}}}}'))
    expect(of('{columns: {a: {type: integer}}}')).toEqual(of('{columns: {a: {type: {type: integer}}}}'))
    expect(of('{columns: {a: {unique: true}}}')).toEqual(of('{columns: {a: {unique: {}}}}'))
    expect(of('{columns: {a: {unique: false}}}')).toEqual([])
    expect(of('{columns: {a: {format: email}}}')).toEqual(of('{checks: [{check: format, column: a, as: email}]}'))
  })

  it('the long one takes what every check takes', () => {
    expect(of(`{columns: {a: {min: {value: 0, mostly: 99%, where: "b > 0", severity: warn, on: [test], name: floor}}}}`)).toEqual([
      { check: 'min', column: 'a', params: { value: 0 }, severity: 'warn', on: ['test'], name: 'floor', mostly: 0.99, where: 'b > 0' },
    ])
  })

  it('a column gives its checks what they do not say, where they can take it', () => {
    const found = of(
      '{columns: {a: {mostly: 90%, where: "b > 0", severity: warn, on: [test], nulls: {max: 1%}, max: 5, mean_between: {min: 0}}}}',
    )
    expect(found.map(({ check, mostly, where, severity, on }) => [check, mostly, where, severity, on])).toEqual([
      ['nulls', undefined, 'b > 0', 'warn', ['test']],
      ['max', 0.9, 'b > 0', 'warn', ['test']],
      ['mean_between', undefined, 'b > 0', 'warn', ['test']],
    ])
  })

  it('what a check cannot take is no key of it', () => {
    expect(wrong('{columns: {a: {mean_between: {min: 0, mostly: 90%}}}}')[0]).toContain('UNKNOWN_KEY expect.columns.a.mean_between.mostly')
    expect(wrong('{rows: {min: 1, where: "a > 0"}}')[0]).toContain('UNKNOWN_KEY expect.rows.where')
  })
})

describe('mistakes are told at their place', () => {
  it.each([
    ['{columns: {a: {min: 3, max: 2}}}', 'expect.columns.a.min. min 3 is above max 2: nothing could pass.'],
    ['{columns: {a: {between: {min: 3, max: 2}}}}', 'expect.columns.a.between.min. min 3 is above max 2: nothing could pass.'],
    ['{columns: {a: {between: {}}}}', 'expect.columns.a.between. Write min, max or both.'],
    ['{columns: {a: {min: soon}}}', 'expect.columns.a.min. soon is neither a number nor a date such as 2026-01-31.'],
    ['{columns: {a: {type: intger}}}', 'expect.columns.a.type. Did you mean integer?'],
    ['{columns: {a: {mean_between: {}}}}', 'expect.columns.a.mean_between. Write min, max or both, or reference'],
    ['{columns: {a: {format: emial}}}', 'expect.columns.a.format. Did you mean email?'],
    ['{columns: {a: {format: strftime}}}', 'expect.columns.a.format'],
    ['{columns: {a: {format: {as: strftime, pattern: "%Q"}}}}', 'expect.columns.a.format.pattern. %Q is no part of a date'],
    ['{columns: {a: {min: {value: 1, mostly: 120%}}}}', 'expect.columns.a.min.mostly. Expected a share between 0 and 1'],
    ['{columns: {a: {min: {value: 1, name: "a:b"}}}}', 'expect.columns.a.min.name. A name has letters'],
    ['{columns: {a: {string_length_outliers: {on: [train]}}}}', 'string_length_outliers is judged on validation and test and current only'],
    [
      '{checks: [{check: min, column: a, value: 1}, {check: min, column: a, value: 2}]}',
      'expect.checks[1]. There are two checks validate.min:a: give one of them a `name`.',
    ],
    ['{columns: {a: {min: 1}}, checks: [{check: min, column: a, value: 2}]}', 'There are two checks validate.min:a'],
    ['{columns: {a: {min: {value: 1, on: [validation]}}}}', 'data.validation is not configured, so this would never be checked'],
    ['{checks: [{column: a}]}', 'MISSING_KEY expect.checks[0].check'],
    ['{checks: [min]}', 'Expected a map that says which check'],
    ['{checks: [{check: min, value: 1}]}', 'MISSING_KEY expect.checks[0].column'],
  ])('%s', (text, why) => {
    expect(wrong(text).join('\n')).toContain(why)
  })
})

describe('what would never be checked is refused', () => {
  const problem = (data: string, expect: string) => problems(whole(`data: ${data}\nexpect: ${expect}`)).join('\n')

  it('a stored profile, which has no rows, where it is named', () => {
    const data = '{train: {profile: p.json}, test: b.csv}'
    expect(problem(data, '{columns: {a: {min: {value: 1, on: [train, test]}}}}')).toContain(
      'expect.columns.a.min.on[0]. data.train is a stored profile, which has no rows, so this would never be checked. Take train out of on, or name a file with rows as data.train.',
    )
  })

  it('a contract on nothing', () => {
    for (const data of ['{}', '{train: {profile: p.json}}'])
      expect(problem(data, '{columns: {a: {min: 1}}}')).toContain(
        'expect. Nothing under data has rows, so none of this would ever be checked.',
      )
  })

  it('a check of roles that data does not have', () => {
    expect(problem('{train: a.csv}', '{columns: {a: {string_length_outliers: {}}}}')).toContain(
      'string_length_outliers is judged on validation and test and current, and data has no such rows, so this would never be checked.',
    )
  })
})

describe('--explain', () => {
  const lines = explainChecks(
    model(`data: {train: {profile: p.json}, test: b.csv, target: y}
expect:
  rows: {min: 10}
  row_expression: {expression: "a > 0", name: positive, where: "b = 1", mostly: 99%, severity: warn}
  columns: {a: {type: integer, unique: true, in: [secret1, secret2], mean_between: {reference: 3}}}`),
  )

  it('says of every check its id, what holds, where it is judged, what it costs, and what cannot be decided', () => {
    expect(lines[0]).toBe('7 checks of expect; of each table: one scan for all that share it, 1 of their own')
    const at = lines.findIndex((line) => line.startsWith('validate.row_expression:positive: '))
    expect(lines[at]).toContain('the SQL condition is true of every row')
    expect(lines[at]).toContain('(a > 0)')
    expect(lines[at + 1]).toBe('    on test; where b = 1; at least 99 % must hold it; a warning; the shared scan')
    expect(lines[at + 2]).toBe('    not decided on train: it is a stored profile, which holds no rows')
    for (const id of ['validate.rows', 'validate.exists:a', 'validate.type:a', 'validate.unique:a', 'validate.mean_between:a'])
      expect(
        lines.some((line) => line.startsWith(`${id}: `)),
        id,
      ).toBe(true)
    expect(lines.join('\n')).toContain('needs with reference: training data')
  })

  it('says once what it asks of several columns alike, and names the first twenty', () => {
    const columns = Array.from({ length: 30 }, (_, at) => `c${at}: {nulls: {max: ${at === 1 ? '5%' : '1%'}}}`).join(', ')
    const told = explainChecks(model(`data: {train: a.csv, target: y}\nexpect: {columns: {${columns}}}`)).filter((line) =>
      line.startsWith('validate.nulls:'),
    )
    expect(told).toHaveLength(2)
    expect(told[0]).toMatch(/^validate\.nulls:c0, c2, c3, [^:]*c20, 9 more: .* \(max: 1 %\)$/)
    expect(told[1]).toMatch(/^validate\.nulls:c1: .* \(max: 5 %\)$/)
  })

  it('says what nobody asks for: what is read, the labels of the files that have them, rows of test that are in train', () => {
    expect(lines.slice(lines.indexOf('beside expect, always:'))).toEqual([
      'beside expect, always:',
      'validate.read: every file is read whole, or it is an error',
      '    on test',
      'validate.column: the columns that data names are there, else an error; of sensitive ones, a warning',
      '    on test',
      'validate.target: every row has y, else a failure; it is not the same in all of them, else an error',
      '    on test',
    ])
    const both = explainChecks(model('data: {train: a.csv, test: b.csv, id: k}'))
    expect(both[0]).toBe('0 checks of expect; of each table: no shared scan, 2 of their own')
    const at = both.findIndex((line) => line.startsWith('validate.train_test_overlap: '))
    expect(both[at + 1]).toMatch(/^ {4}on test; a warning; a scan of its own/)
    expect(both.some((line) => line.startsWith('validate.id_overlap: '))).toBe(true)
  })

  it('shows figures as messages do: a share in per cent, a strength and a number as they are', () => {
    const shown = explainChecks(
      model(`data: {train: a.csv, target: y}
expect:
  rows: {min: 12000}
  feature_feature_correlation: 0.9
  columns: {a: {nulls: {max: 4%}, null_rate: {min: 0.1%, max: 0.05}, min: -3.5, in: [1]}}`),
    )
    const says = (id: string) => shown.find((line) => line.startsWith(`validate.${id}: `))?.match(/ \(([^()]*)\)$/)?.[1]
    expect(['rows', 'feature_feature_correlation', 'nulls:a', 'null_rate:a', 'min:a', 'in:a'].map(says)).toEqual([
      'min: 12,000',
      '0.9',
      'max: 4 %',
      'min: 0.1 %, max: 5 %',
      '−3.5',
      '1 entry',
    ])
  })

  it('counts values, and shows none', () => {
    expect(lines.join('\n')).not.toContain('secret')
    expect(lines.find((line) => line.startsWith('validate.in:a'))).toContain('(2 entries)')
  })
})

describe('ids', () => {
  it('hold the name, else the column', () => {
    expect(checkId({ check: 'min', column: 'a' })).toBe('validate.min:a')
    expect(checkId({ check: 'min', column: 'a', name: 'floor' })).toBe('validate.min:floor')
    expect(checkId({ check: 'row_expression', column: null })).toBe('validate.row_expression')
    expect(findCheck('min')?.takesMostly).toBe(true)
  })
})
