import { readdir } from 'node:fs/promises'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Bench, makeBench, refusal } from './support.ts'

let bench: Bench
let files = 0
beforeAll(async () => {
  bench = await makeBench()
})
afterAll(() => bench[Symbol.asyncDispose]())

const next = (extension = 'csv') => `f${++files}.${extension}`

/** Columns and rows of a CSV text as the engine sees them. */
async function read(text: string | Uint8Array, name = next(), header?: true) {
  const table = await bench.table(name, text, undefined, header)
  return {
    names: table.columns.map((column) => column.name),
    kinds: table.columns.map((column) => column.kind),
    rows: await bench.rows(table),
    table,
  }
}

describe('DAT-07 CSV dialects are read as they are meant', () => {
  // the cases of csv-spectrum (https://github.com/max-mapper/csv-spectrum), rows as its JSON has them; "" is a missing value
  const cases: readonly (readonly [string, string, readonly string[], readonly (readonly (string | number | null)[])[]])[] = [
    [
      'comma in quotes',
      'first,last,address,city,zip\nJohn,Doe,120 any st.,"Anytown, WW",08123\n',
      ['first', 'last', 'address', 'city', 'zip'],
      [['John', 'Doe', '120 any st.', 'Anytown, WW', '08123']],
    ],
    [
      'empty',
      'a,b,c\n1,"",""\n2,3,4\n',
      ['a', 'b', 'c'],
      [
        [1, null, null],
        [2, 3, 4],
      ],
    ],
    [
      'empty, CRLF',
      'a,b,c\r\n1,"",""\r\n2,3,4\r\n',
      ['a', 'b', 'c'],
      [
        [1, null, null],
        [2, 3, 4],
      ],
    ],
    [
      'escaped quotes',
      'a,b\n1,"ha ""ha"" ha"\n3,4\n',
      ['a', 'b'],
      [
        [1, 'ha "ha" ha'],
        [3, '4'],
      ],
    ],
    [
      'json',
      'key,val\n1,"{""type"": ""Point"", ""coordinates"": [102.0, 0.5]}"\n',
      ['key', 'val'],
      [[1, '{"type": "Point", "coordinates": [102.0, 0.5]}']],
    ],
    [
      'newlines',
      'a,b,c\n1,2,3\n"Once upon \na time",5,6\n7,8,9\n',
      ['a', 'b', 'c'],
      [
        ['1', 2, 3],
        ['Once upon \na time', 5, 6],
        ['7', 8, 9],
      ],
    ],
    [
      'newlines, CRLF',
      'a,b,c\r\n1,2,3\r\n"Once upon \r\na time",5,6\r\n7,8,9\r\n',
      ['a', 'b', 'c'],
      [
        ['1', 2, 3],
        ['Once upon \r\na time', 5, 6],
        ['7', 8, 9],
      ],
    ],
    [
      'quotes and newlines',
      'a,b\n1,"ha \n""ha"" \nha"\n3,4\n',
      ['a', 'b'],
      [
        [1, 'ha \n"ha" \nha'],
        [3, '4'],
      ],
    ],
    ['simple', 'a,b,c\n1,2,3\n', ['a', 'b', 'c'], [[1, 2, 3]]],
    ['simple, CRLF', 'a,b,c\r\n1,2,3\r\n', ['a', 'b', 'c'], [[1, 2, 3]]],
    [
      'utf8',
      'a,b,c\n1,2,3\n4,5,ʤ\n',
      ['a', 'b', 'c'],
      [
        [1, 2, '3'],
        [4, 5, 'ʤ'],
      ],
    ],
    [
      'semicolons, decimal commas',
      'a;b\n1;2,5\n3;4,5\n',
      ['a', 'b'],
      [
        [1, '2,5'],
        [3, '4,5'],
      ],
    ],
    ['tabs', 'a\tb\n1\tx,y\n', ['a', 'b'], [[1, 'x,y']]],
    ['pipes', 'a|b\n1|2\n', ['a', 'b'], [[1, 2]]],
    ['byte order mark', '\ufeffa,b\n1,2\n', ['a', 'b'], [[1, 2]]],
    ['byte order mark and quotes', '\ufeff"a","b"\n1,2\n', ['a', 'b'], [[1, 2]]],
    [
      'mixed line ends',
      'a,b\r\n1,x\n3,y\r\n',
      ['a', 'b'],
      [
        [1, 'x'],
        [3, 'y'],
      ],
    ],
    [
      'a header whose line break is of another kind than those of the file',
      '"new\nline",y\r\n1,0\r\n2,1\r\n',
      ['new\nline', 'y'],
      [
        [1, 0],
        [2, 1],
      ],
    ],
    [
      'the other way round',
      '"new\r\nline",y\n1,0\n2,1\n',
      ['new\r\nline', 'y'],
      [
        [1, 0],
        [2, 1],
      ],
    ],
    [
      'CR only',
      'a,b\r1,x\r3,y\r',
      ['a', 'b'],
      [
        [1, 'x'],
        [3, 'y'],
      ],
    ],
    [
      'no last line end',
      'a,b\n1,2\n3,4',
      ['a', 'b'],
      [
        [1, 2],
        [3, 4],
      ],
    ],
    [
      'blank lines',
      '\na,b\n1,2\n\n3,4\n\n',
      ['a', 'b'],
      [
        [1, 2],
        [3, 4],
      ],
    ],
    [
      'a quote inside a field',
      'a,b\n1,5" pipe\n2,x"y\n',
      ['a', 'b'],
      [
        [1, '5" pipe'],
        [2, 'x"y'],
      ],
    ],
    ['one column with a missing value', 'a\n1\n\n3\n', ['a'], [[1], [null], [3]]],
    [
      'a comment sign is data',
      'a,b\n#1,2\n3,4\n',
      ['a', 'b'],
      [
        ['#1', 2],
        ['3', 4],
      ],
    ],
  ]
  it.each(cases)('%s', async (_, text, names, rows) => {
    const found = await read(text)
    expect(found.names).toEqual(names)
    expect(found.rows).toEqual(rows)
    expect(found.table.rows).toBe(rows.length)
  })

  it.each([
    ['location coordinates', 'Ceduna,"-32.1290, 133.6780"\nx,"1, 2"\n', ['Ceduna', '-32.1290, 133.6780'], [['x', '1, 2']]],
    ['numbers', '1,2\n3,4\n', ['1', '2'], [[3, 4]]],
  ])('names that look like data, where it is said that they are names: %s', async (_, text, names, rows) => {
    const found = await read(text, next(), true)
    expect([found.names, found.rows]).toEqual([names, rows])
  })

  it('types are told of each of several hundred columns, which are asked about in parts', async () => {
    const values = [
      ['true', 'false'],
      ['inf', '1.5'],
      [' 2.5', '3'],
      ['90071992547409930', '12345678901234567890123'],
      ['x', 'y'],
    ] as const
    const names = Array.from({ length: 300 }, (_, i) => `c${i}`)
    const row = (r: 0 | 1) => names.map((_, i) => values[i % values.length]?.[r]).join(',')
    const { table } = await read(`${names.join(',')}\n${row(0)}\n${row(1)}\n`)
    const expected = ['BOOLEAN', 'DOUBLE', 'DOUBLE', 'HUGEINT', 'VARCHAR']
    expect(table.columns.map(({ type }) => type)).toEqual(names.map((_, i) => expected[i % expected.length]))
  })

  it('gives the same answer gzipped', async () => {
    const found = await read(gzipSync('a,b\n1,x\n2,y\n'), next('csv.gz'))
    expect(found.rows).toEqual([
      [1, 'x'],
      [2, 'y'],
    ])
    expect(found.table.format).toBe('csv')
  })

  it('keeps what a number would lose: leading zeros, plus signs, one-letter truth, dates of two readings', async () => {
    const found = await read('zip,sign,flag,day,truth\n01234,+1,t,01/02/2001,true\n99999,2,f,02/01/2001,false\n')
    expect(found.kinds).toEqual(['string', 'string', 'string', 'string', 'boolean'])
    expect(found.rows[0]).toEqual(['01234', '+1', 't', '01/02/2001', true])
  })

  it('keeps whole numbers beyond 2^53 and 2^63 exact', async () => {
    const found = await read('a,b\n9007199254740993,123456789012345678901234567890\n1,2\n')
    expect(found.kinds).toEqual(['integer', 'integer'])
    expect(found.rows[0]).toEqual([9007199254740993n, 123456789012345678901234567890n])
  })

  it('reads infinities as numbers wherever they stand, and a word that is like one as text', async () => {
    const values = ['inf', '1.5', '-Infinity', '2', 'NaN', '']
    const kindsOf = async (cells: readonly string[]) => (await read(`x,y\n${cells.map((cell, i) => `${cell},${i}`).join('\n')}\n`)).kinds[0]
    for (let turn = 0; turn < values.length; turn += 1) {
      const turned = [...values.slice(turn), ...values.slice(0, turn)]
      const found = await read(`x,y\n${turned.map((cell, i) => `${cell},${i}`).join('\n')}\n`)
      expect(found.kinds, turned.join()).toEqual(['float', 'integer'])
      const [counts] = await bench.engine.aggregate({
        sql: `SELECT count_if(isinf(x)) AS endless, count_if(isnan(x)) AS nan, sum(x) FILTER (WHERE isfinite(x)) AS sum FROM ${found.table.relation}`,
      })
      expect(counts).toEqual({ endless: 2, nan: 1, sum: 3.5 })
    }
    expect(await kindsOf(['inf', '007', '1'])).toBe('string')
    expect(await kindsOf(['inf', '1', 'infant'])).toBe('string')
    expect(await kindsOf(['inf', '2026-01-01'])).not.toBe('float')
  })

  it('reads numbers with spaces around them as numbers, with or without a fraction; text keeps its spaces', async () => {
    const found = await read('a, b, c, d\n1, 2.5, red, 007\n2,  -3e2 , blue, 008\n3,, red, 9\n')
    expect(found.kinds).toEqual(['integer', 'float', 'string', 'string'])
    expect(found.rows.map((row) => [row[1], row[2]])).toEqual([
      [2.5, ' red'],
      [-300, ' blue'],
      [null, ' red'],
    ])
  })

  it('a code with leading zeros behind thousands of numbers leaves the column text, infinite or spaced as they are', async () => {
    const later = (first: string) => `x,y\n${first},1\n${'1.5,1\n'.repeat(3000)}007,1\n`
    for (const first of ['inf', ' 2.5 ']) {
      const found = await read(later(first))
      expect(found.kinds, first).toEqual(['string', 'integer'])
      expect(found.rows.at(-1)?.[0]).toBe('007')
    }
  })

  it('reads ISO dates and timestamps, also with an offset', async () => {
    const found = await read('a,b,c\n2001-01-31,2001-01-31 10:00:00,2001-01-31T10:00:00+02:00\n')
    expect(found.kinds).toEqual(['date', 'timestamp', 'timestamp'])
    expect(found.rows[0]).toEqual(['2001-01-31', '2001-01-31 10:00:00', '2001-01-31 08:00:00+00'])
  })

  it('an infinite time is no time, in whatever row it stands, and gives none a zone', async () => {
    for (const times of [
      ['2001-01-31 10:00:00', 'infinity', '2001-01-31 10:00:01'],
      ['infinity', '2001-01-31 10:00:00', '2001-01-31 10:00:01'],
      ['2001-01-31T10:00:00+02:00', '-infinity'],
    ]) {
      const found = await read(`a,b\n${times.map((time, row) => `${time},${row}\n`).join('')}`)
      expect(found.kinds).toEqual(['string', 'integer'])
      expect(found.rows.map(([time]) => time)).toEqual(times)
    }
  })

  it.each(['infinity', '-infinity', 'epoch'])('%s thousands of rows below is no time either, and a time of 1970 is one', async (word) => {
    await using sniffed = await makeBench({ inMemoryBytes: 1000 })
    const time = (row: number) => new Date(Date.UTC(1969, 11, 31) + row * 60_000).toISOString().slice(0, 19).replace('T', ' ')
    const text = (rows: number, at: number) =>
      `a,b\n${Array.from({ length: rows }, (_, row) => `${row === at ? word : time(row)},${time(row)}\n`).join('')}`
    // of a file that is sniffed whole, and of one of which the beginning is
    for (const [own, rows] of [[bench, 6_000] as const, [sniffed, 70_000] as const]) {
      const found = await own.table(next(), text(rows, rows - 2))
      expect(found.columns.map(({ kind }) => kind)).toEqual(['string', 'timestamp'])
      expect((await own.rows(found)).at(-2)?.[0]).toBe(word)
      // minute by minute over the first moment of 1970
      const none = await own.table(next(), text(rows, -1))
      expect(none.columns.map(({ kind }) => kind)).toEqual(['timestamp', 'timestamp'])
    }
  })

  it('reads a record of three million bytes', async () => {
    const found = await read(`a,b\n1,${'x'.repeat(3e6)}\n`)
    expect(String(found.rows[0]?.[1]).length).toBe(3e6)
  })

  it('lets a type be decided by the last row, too', async () => {
    const found = await read(`a\n${'1\n'.repeat(300_000)}x\n`)
    expect(found.kinds).toEqual(['string'])
    expect(found.table.rows).toBe(300_001)
  })
})

describe('DAT-08 and PII-02: no row is lost in silence, and what is broken is named by line and column, never by value', () => {
  const secret = 'canary-7f3a'
  const cases: readonly (readonly [string, string | Uint8Array, string])[] = [
    ['a record with too few fields', `a,b,c\n1,2,3\n${secret},5\n6,7,8\n`, ':3: the record has 2 fields, the header has 3'],
    ['a record with too many fields', `a,b\n1,2\n${secret},5,6\n`, ':3: the record has 3 fields, the header has 2'],
    ['every record longer than the header', `a,b\n1,2,${secret}\n4,5,6\n`, ':2: the record has 3 fields, the header has 2'],
    ['a ragged record below a multi-line one', `a,b\n1,"x\ny"\n${secret}\n`, ':4: the record has 1 field, the header has 2'],
    ['a quote that is never closed', `a,b\n1,2\n3,"${secret}\n5,6\n`, ':3: a quote is opened and never closed'],
    ['text after a closing quote', `a,b\n1,"${secret}"x\n`, ':2: text follows a closing quote'],
    ['a NUL byte', `a,b\n1,${secret}\n2,x\0y\n`, ':3: there is a NUL byte'],
    ['UTF-16', Buffer.from(`\ufeffa,b\n1,${secret}\n`, 'utf16le'), ': it is UTF-16 text, not UTF-8'],
    ['UTF-16 without a mark', Buffer.from(`a,b\n1,${secret}\n`, 'utf16le'), ': it is UTF-16 text, not UTF-8'],
    [
      'bytes that are no UTF-8',
      Buffer.concat([Buffer.from(`a,b\n1,${secret}`), Buffer.from([0xff, 0xfe, 0x0a])]),
      ':2: the text is not UTF-8',
    ],
    ['two columns of one name', `a,b,a\n1,2,${secret}\n`, ':1: columns 1 and 3 have one name'],
    ['two columns that differ in case only', `a,A\n1,${secret}\n`, ':1: columns 1 and 2 have one name'],
    ['blank lines only', '\n\n\n', ': it has no header line'],
    [
      'a pointer of Git LFS',
      `version https://git-lfs.github.com/spec/v1\noid sha256:${'4d'.repeat(32)}\nsize 12345\n`,
      ': it is a pointer of Git LFS, not the data',
    ],
    ['a page of HTML', `<!DOCTYPE html>\n<html><body>${secret}, 1</body></html>\n`, ': it is a page of HTML or XML'],
    ['a page of HTML below blank lines', `\ufeff\n\n  <html lang="en"><p>${secret}\n`, ': it is a page of HTML or XML'],
    ['an error of a storage service', `<?xml version="1.0"?>\n<Error><Code>${secret}</Code></Error>\n`, ': it is a page of HTML or XML'],
    ['a header that is there again', `a,b\n1,${secret}\na,b\n2,x\na,b\n`, ':1: the header is there again: 2 rows below it repeat it'],
    ['JSON lines', `{"a":"${secret}"}\n{"a":"x"}\n`, ':1: it is JSON, not CSV'],
    ['a JSON array', `\ufeff [ {"${secret}": 1}, {"${secret}": 2}]`, ':1: it is JSON, not CSV'],
    ['Arrow IPC', `ARROW1\0\0${secret}${'\0'.repeat(99)}`, ': it is Arrow IPC'],
    ['an Excel workbook', `PK\x03\x04${secret}\n1\n`, ': it is a ZIP archive, as an Excel workbook is'],
  ]
  it.each(cases)('%s', async (_, text, message) => {
    const name = next()
    const error = await refusal(bench.table(name, text))
    expect(error.code).toBe('DATA_UNREADABLE')
    expect(error.message).toContain(`${name}${message}`)
    expect(error.message + error.fix).not.toContain(secret)
    expect(error.fix).not.toBe('')
  })

  it('a header alone is a table without rows', async () => {
    const found = await read('a,b\n')
    expect([found.names, found.table.rows]).toEqual([['a', 'b'], 0])
  })

  it('an empty file is an error of its own', async () => {
    expect((await refusal(bench.table('empty.csv', ''))).code).toBe('DATA_EMPTY')
    expect((await refusal(bench.open('absent.csv'))).code).toBe('DATA_MISSING')
    expect((await refusal(bench.open('temp'))).code).toBe('NOT_A_FILE')
  })

  it('a gzip file that is cut or damaged is an error, not a shorter table', async () => {
    const packed = gzipSync(`a,b\n${Array.from({ length: 5000 }, (_, i) => `${i},${Math.sin(i)}`).join('\n')}\n`)
    const cut = await refusal(bench.table('cut.csv.gz', packed.subarray(0, packed.length / 2)))
    expect(cut.message).toBe('cut.csv.gz: the gzip file is cut off')
    const damaged = Buffer.from(packed)
    damaged.fill(0x55, 200, 400)
    expect((await refusal(bench.table('damaged.csv.gz', damaged))).message).toBe('damaged.csv.gz: the gzip data is damaged')
  })
})

describe('DAT-10 resource limits', () => {
  it('a gzip bomb ends at the limit, and nothing of it stays behind', async () => {
    await using small = await makeBench({ maxUnpackedBytes: 2 ** 20 })
    const error = await refusal(small.table('bomb.csv.gz', gzipSync(`a\n${'1\n'.repeat(2 ** 20)}`)))
    expect(error.message).toBe('bomb.csv.gz: it unpacks to more than 1048576 bytes')
    const left = await readdir(small.temp, { recursive: true, withFileTypes: true })
    expect(left.filter((entry) => entry.isFile()).map((entry) => entry.name)).toEqual([])
    await small.engine[Symbol.asyncDispose]()
    expect(await readdir(small.temp)).toEqual([])
  })

  it('a line without end is refused before it fills the memory', async () => {
    const error = await refusal(bench.table('line.csv', `a,b\n1,${'x'.repeat(17 * 2 ** 20)}`))
    expect(error.message).toBe('line.csv:2: the record is longer than 16 MB')
  })
})
