import { createHash } from 'node:crypto'
import { mkdir, readdir, readFile, stat, symlink, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { UserError } from '../../../src/errors.ts'
import { type Bench, makeBench, refusal, runBare } from './support.ts'

let bench: Bench

async function collect<T>(items: AsyncIterable<T>): Promise<readonly T[]> {
  const all: T[] = []
  for await (const item of items) all.push(item)
  return all
}
beforeAll(async () => {
  bench = await makeBench()
})
afterAll(() => bench[Symbol.asyncDispose]())

describe('what is brought before it is opened', () => {
  const request = (name: string) => ({ files: [{ path: join(bench.folder, name), shown: name }], format: null })

  it('is the file that was there, hashed as any other, and brought anew when it is opened again', async () => {
    const path = join(bench.folder, 'brought.parquet')
    await bench.engine.writeParquet(path, [{ name: 'a', values: [1, 2] }])
    const plain = await bench.engine.open(request('brought.parquet'))
    bench.engine.bring(request('brought.parquet'))
    const brought = await bench.engine.open(request('brought.parquet'))
    expect(brought.files).toEqual(plain.files)
    await bench.engine.writeParquet(path, [{ name: 'a', values: [3] }])
    const again = await bench.engine.open(request('brought.parquet'))
    expect([brought.rows, again.rows]).toEqual([2, 1])
    expect(await again.digests()).not.toEqual(await plain.digests())
  })

  it('and is not there is told by opening it', async () => {
    bench.engine.bring(request('nowhere.parquet'))
    expect((await refusal(bench.engine.open(request('nowhere.parquet')))).code).toBe('DATA_MISSING')
  })

  it('leaves nothing behind when nobody opens it', async () => {
    await using own = await makeBench()
    await own.engine.writeParquet(join(own.folder, 'left.parquet'), [{ name: 'a', values: [1] }])
    own.engine.bring({ files: [{ path: join(own.folder, 'left.parquet'), shown: 'left.parquet' }], format: null })
    await own.engine[Symbol.asyncDispose]()
    expect(await readdir(own.temp)).toEqual([])
  })
})

describe('DAT-02 a path means one file', () => {
  it.each([
    'a*.csv',
    'a?.csv',
    '[ab].csv',
    '{a,b}.csv',
    "it's.csv",
    'a "b".csv',
    'a b.csv',
    'a\nb.csv',
    '$(x);.csv',
    '%2e.csv',
    'späß-😀.csv',
    '-.csv',
    '~.csv',
  ])('%j is read as itself, whatever lies beside it', async (name) => {
    await bench.file('ab.csv', 'other\n1\n')
    await bench.file('a.csv', 'other\n1\n')
    const table = await bench.table(name, 'mine\n7\n')
    expect(await bench.rows(table)).toEqual([[7]])
    expect(table.files[0]?.path).toBe(name)
  })

  it('a symbolic link is the file it leads to, as under DVC and git-annex', async () => {
    await bench.file('kept-by-dvc', 'mine\n7\n')
    await symlink('kept-by-dvc', join(bench.folder, 'linked.csv'))
    expect(await bench.rows(await bench.open('linked.csv'))).toEqual([[7]])
  })

  it('a pattern that matches files but is the name of none is missing', async () => {
    await bench.file('x1.csv', 'a\n1\n')
    expect((await refusal(bench.open('x*.csv'))).code).toBe('DATA_MISSING')
  })

  it('the same holds for Parquet and JSON lines', async () => {
    const path = join(bench.folder, 'p[1].parquet')
    await bench.engine.writeParquet(path, [{ name: 'a', values: [1, 2] }])
    expect((await bench.open('p[1].parquet')).rows).toBe(2)
    expect((await bench.table('j*.jsonl', '{"a":1}\n')).rows).toBe(1)
  })
})

it('keeps a thirty-second part of the limit of what it has freed, and an eighth of large pieces', async () => {
  const rows = await bench.engine.aggregate({ sql: "SELECT name, value FROM duckdb_settings() WHERE name LIKE 'allocator%threshold'" })
  expect(Object.fromEntries(rows.map((row) => [row.name, row.value]))).toEqual({
    allocator_flush_threshold: '16.0 MiB',
    allocator_bulk_deallocation_flush_threshold: '64.0 MiB',
  })
})

describe('DAT-03 the engine is hardened, and the settings are locked', () => {
  it('has the settings, and no statement changes one', async () => {
    const rows = await bench.engine.aggregate({
      sql: `SELECT name, value FROM duckdb_settings() WHERE name IN ('enable_external_access', 'lock_configuration', 'autoload_known_extensions',
            'autoinstall_known_extensions', 'allow_community_extensions', 'allow_unsigned_extensions', 'allow_persistent_secrets', 'memory_limit', 'temp_directory', 'allowed_directories', 'allowed_paths')`,
    })
    const [own = ''] = await readdir(bench.temp)
    const folder = join(bench.temp, own)
    expect(Object.fromEntries(rows.map((row) => [row.name, row.value]))).toEqual({
      enable_external_access: 'false',
      lock_configuration: 'true',
      autoload_known_extensions: 'false',
      autoinstall_known_extensions: 'false',
      allow_community_extensions: 'false',
      allow_unsigned_extensions: 'false',
      allow_persistent_secrets: 'false',
      memory_limit: '512.0 MiB',
      temp_directory: join(folder, 'spill'),
      allowed_directories: `[${folder}/, ${folder}/spill/]`,
      allowed_paths: '[]',
    })
    for (const sql of [
      'SET threads = 1',
      "SET memory_limit = '8GB'",
      'SET enable_external_access = true',
      "SET allowed_directories = ['/']",
      'RESET lock_configuration',
    ]) {
      await expect(bench.engine.aggregate({ sql })).rejects.toThrow()
    }
  })

  it('reads and writes nothing outside its folder, and loads no extension', async () => {
    const outside = await bench.file('outside.csv', 'a\n1\n')
    const made = join(bench.folder, 'made.csv')
    for (const sql of [
      `SELECT * FROM read_csv('${outside}')`,
      `SELECT * FROM read_text('/etc/hostname')`,
      `COPY (SELECT 1) TO '${made}'`,
      `ATTACH '${join(bench.folder, 'x.db')}'`,
      'INSTALL httpfs',
      'LOAD httpfs',
      "SELECT * FROM read_csv('https://127.0.0.1:1/x.csv')",
    ]) {
      await expect(bench.engine.aggregate({ sql }), sql).rejects.toThrow()
    }
    await expect(stat(made)).rejects.toThrow('ENOENT')
  })
})

describe('DAT-06 a bad Parquet file is one sentence', () => {
  const parquet = async (name: string) => {
    const path = join(bench.folder, name)
    const values = Array.from({ length: 50_000 }, (_, i) => `value-${(i * 7919) % 50_000}`)
    await bench.engine.writeParquet(path, [{ name: 'text', values }])
    return path
  }

  it('cut in half, cut anywhere, of wrong magic, or gzipped', async () => {
    const path = await parquet('whole.parquet')
    const bytes = await readFile(path)
    await truncate(path, bytes.length / 2)
    expect((await refusal(bench.open('whole.parquet'))).message).toBe('whole.parquet: the Parquet file is cut off: its end is missing')
    for (const length of [1, 4, 8, 11, 12, 1000, bytes.length - 1]) {
      expect((await refusal(bench.table(`cut-${length}.parquet`, bytes.subarray(0, length)))).code).toBe('DATA_UNREADABLE')
    }
    const magic = await refusal(bench.table('magic.parquet', 'a,b\n1,2\n3,4\n'))
    expect(magic.message).toBe('magic.parquet: it is not a Parquet file (it does not begin with PAR1)')
    expect((await refusal(bench.table('p.parquet.gz', gzipSync(bytes)))).message).toContain('cannot be gzipped')
    expect((await refusal(bench.table('not.csv', bytes))).message).toBe('not.csv: it is a Parquet file, not csv')
  })

  it('damaged inside: named when it is read, with no text of the engine', async () => {
    const bytes = await readFile(await parquet('inside.parquet'))
    const middle = Buffer.from(bytes)
    middle.fill(0x55, 1000, 60_000)
    const found = await refusal(
      bench.table('damaged.parquet', middle).then((table) => bench.engine.aggregate({ sql: `SELECT max("text") FROM ${table.relation}` })),
    )
    expect(found.code).toBe('DATA_UNREADABLE')
    expect(found.message).toMatch(/^damaged\.parquet: the data engine cannot read it \([A-Za-z ]+\)$/)
    const footer = Buffer.concat([bytes.subarray(0, 5000), bytes.subarray(bytes.length - 60)])
    expect((await refusal(bench.table('footer.parquet', footer))).code).toBe('DATA_UNREADABLE')
  })
})

describe('DAT-06 a Parquet file with changed bytes ends in a sentence or in a table, never in a crash', () => {
  it('over 150 damaged files, every column read', async () => {
    const path = join(bench.folder, 'fuzz.parquet')
    const rows = Array.from({ length: 3000 }, (_, i) => i)
    await bench.engine.writeParquet(path, [
      { name: 'text', values: rows.map((i) => (i % 7 === 0 ? null : `v${i % 50}`)) },
      { name: 'float', values: Float64Array.from(rows, Math.sin) },
      { name: 'integer', values: rows },
    ])
    const whole = await readFile(path)
    let state = 1
    const below = (limit: number) => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0
      return Math.floor((state / 2 ** 32) * limit)
    }
    const outcomes = { read: 0, refused: 0 }
    for (let file = 0; file < 150; file += 1) {
      const bytes = Buffer.from(whole)
      const inFooter = below(2) === 0
      for (let change = below(8); change >= 0; change -= 1)
        bytes[inFooter ? bytes.length - 9 - below(600) : 4 + below(bytes.length - 4)] = below(256)
      try {
        const table = await bench.table(`fuzz-${file}.parquet`, bytes)
        await collect(
          bench.engine.batches(
            table,
            table.columns.map((column) => column.name),
            { size: 4096, numeric: [] },
          ),
        )
        outcomes.read += 1
      } catch (error) {
        if (!(error instanceof UserError)) throw error
        expect(error.code).toBe('DATA_UNREADABLE')
        expect(error.message).toContain(`fuzz-${file}.parquet`)
        outcomes.refused += 1
      }
    }
    expect(outcomes.read + outcomes.refused).toBe(150)
    expect(outcomes.refused).toBeGreaterThan(20)
  })
})

describe('JSON lines', () => {
  it('reads keys, missing keys, types and big numbers; gzip and byte order marks too', async () => {
    const text = '\ufeff\n{"a":1,"b":"x","n":9007199254740993}\n\n{"a":2.5,"c":true}\n'
    for (const name of ['a.jsonl', 'a.jsonl.gz', 'a.ndjson']) {
      const table = await bench.table(name, name.endsWith('gz') ? gzipSync(text) : text)
      expect(table.columns.map((column) => [column.name, column.kind])).toEqual([
        ['a', 'float'],
        ['b', 'string'],
        ['n', 'integer'],
        ['c', 'boolean'],
      ])
      expect(await bench.rows(table)).toEqual([
        [1, 'x', 9007199254740993n, null],
        [2.5, null, null, true],
      ])
    }
  })

  it.each([
    ['{"a":1}\n{"a":"canary-77"\n{"a":3}\n', ':2: the line is not one JSON object'],
    ['{"a":1}{"a":2}\n', ':1: the line is not one JSON object'],
    ['{"a":1}\n["canary-77"]\n', ': a line is not a JSON object'],
    ['{}\n{}\n', ': none of its JSON objects has a key, so it has no columns'],
    ['{}\n["canary-77"]\n', ': a line is not a JSON object'],
    ['{"a":1,"a":"canary-77"}\n', ':1: the object has the same key twice'],
    ['{"a":1,"A":2}\n', ': column '],
    ['[{"a":1}]', ':1: it is a JSON array, not JSON lines'],
    [`${'\ufeff'.repeat(2)}{"a":1}`, ':1: the line is not one JSON object'],
  ])('PII-02 %j is refused with its line', async (text, message) => {
    const error = await refusal(bench.table('bad.jsonl', text))
    expect(error.message).toContain(`bad.jsonl${message}`)
    expect(error.message + error.fix).not.toContain('canary')
  })

  const beyond = [123456789012345678901234567890n, 123456789012345678901234567891n, -5, null]
  const lines = (values: readonly (bigint | number | string | null)[]) =>
    values.map((value, at) => `{"at":${at},"day":"31-12-2025","id":${value}}\n`).join('')

  it.each([
    ['in memory', 2 ** 30],
    ['as a file of its own', 10],
  ])('whole numbers beyond 64 bits keep their digits, as those of a CSV do: %s', async (_, inMemoryBytes) => {
    await using own = await makeBench({ inMemoryBytes })
    const table = await own.table('wide.jsonl', lines(beyond))
    expect(table.columns.map(({ kind }) => kind)).toEqual(['integer', 'date', 'integer'])
    expect((await own.rows(table)).map((row) => row[2])).toEqual(beyond)
    // between the two kinds of 64 bits they have no common one
    const both = await own.table('both.jsonl', lines([18446744073709551615n, -5n]))
    expect((await own.rows(both)).map((row) => row[2])).toEqual([18446744073709551615n, -5])
  })

  it('beside a fraction they are numbers with a point, and numbers with an exponent that are whole are whole', async () => {
    const table = await bench.table('fraction.jsonl', lines(['123456789012345678901', '0.5']))
    expect(table.columns[2]?.kind).toBe('float')
    const powers = await bench.table('powers.jsonl', lines(['1.5e20', '1e25', '7.0']))
    expect((await bench.rows(powers)).map((row) => row[2])).toEqual([150000000000000000000n, 10n ** 25n, 7])
  })

  it('an object without keys among others is a row of missing values', async () => {
    expect(await bench.rows(await bench.table('gap.jsonl', '{"a":1}\n{}\n'))).toEqual([[1], [null]])
  })

  it('a value of mixed types is kept, as something that is no number', async () => {
    const table = await bench.table('mixed.jsonl', '{"a":1}\n{"a":"x"}\n')
    expect(table.columns[0]?.kind).toBe('other')
  })
})

describe('several files are one relation in the listed order', () => {
  it('with the columns by name, not by place', async () => {
    await bench.file('s1.csv', 'a,b\n1,x\n2,y\n')
    await bench.file('s2.csv', 'b,a\nz,3.5\n')
    const table = await bench.open(['s1.csv', 's2.csv'])
    expect(await bench.rows(table)).toEqual([
      [1, 'x'],
      [2, 'y'],
      [3.5, 'z'],
    ])
    expect(table.files.map((file) => file.path)).toEqual(['s1.csv', 's2.csv'])
    const numbers = await bench.engine.aggregate({ sql: `SELECT a, ${table.rowNumber} AS n FROM ${table.relation} ORDER BY n` })
    expect(numbers.map((row) => row.a)).toEqual([1, 2, 3.5])
    expect(new Set(numbers.map((row) => row.n)).size).toBe(3)
  })

  it('a file of days is one of times at midnight, in whatever order', async () => {
    await bench.file('t1.csv', 'at,a\n2026-11-01,1\n2026-11-02,2\n')
    await bench.file('t2.csv', 'at,a\n2026-11-03 07:30:00,3\n')
    for (const files of [
      ['t1.csv', 't2.csv'],
      ['t2.csv', 't1.csv'],
    ]) {
      const table = await bench.open(files)
      expect(table.columns.map(({ kind }) => kind)).toEqual(['timestamp', 'integer'])
      const times = await bench.engine.aggregate({ sql: `SELECT CAST("at" AS VARCHAR) AS "at" FROM ${table.relation} ORDER BY a` })
      expect(times.map(({ at }) => at)).toEqual(['2026-11-01 00:00:00', '2026-11-02 00:00:00', '2026-11-03 07:30:00'])
    }
  })

  it('32-bit floats in lists are the numbers that were meant beside those of 64 bits, in whatever order', async () => {
    const at = (name: string) => `'${bench.folder}/${name}' (FORMAT parquet)`
    await runBare([
      `COPY (SELECT [0.1, 2.5, NULL]::FLOAT[] AS v, 0.3::FLOAT AS x) TO ${at('f32.parquet')}`,
      `COPY (SELECT [0.1, 2.5, NULL]::DOUBLE[] AS v, 0.3::DOUBLE AS x) TO ${at('f64.parquet')}`,
    ])
    for (const files of [
      ['f32.parquet', 'f64.parquet'],
      ['f64.parquet', 'f32.parquet'],
    ]) {
      const table = await bench.open(files)
      const [row] = await bench.engine.aggregate({
        sql: `SELECT count(DISTINCT v) AS lists, count(DISTINCT x) AS numbers FROM ${table.relation}`,
      })
      expect(row).toEqual({ lists: 1, numbers: 1 })
    }
  })

  it('a column without a value has no type of its own: it makes no text of the numbers, times and lists of the others', async () => {
    await bench.file('v1.csv', 'n,at,t\n1.5,2026-11-01 07:30:00,true\n')
    await bench.file('v2.csv', 'n,at,t\n2.5,,\n')
    await bench.file('v3.csv', 'n,at,t\n,,false\n')
    await bench.file('header.csv', 'n,at,t\n')
    for (const files of [
      ['v1.csv', 'v2.csv', 'header.csv', 'v3.csv'],
      ['header.csv', 'v3.csv', 'v2.csv', 'v1.csv'],
    ]) {
      const table = await bench.open(files)
      expect(table.columns.map(({ kind }) => kind)).toEqual(['float', 'timestamp', 'boolean'])
      expect(
        (await bench.engine.aggregate({ sql: `SELECT sum(n) AS n, count("at") AS "at", count(t) AS t FROM ${table.relation}` }))[0],
      ).toEqual({
        n: 4,
        at: 1,
        t: 2,
      })
    }
    await bench.file('l1.jsonl', '{"l":[1,2],"s":{"a":1}}\n')
    await bench.file('l2.jsonl', '{"l":null,"s":null}\n')
    expect((await bench.open(['l2.jsonl', 'l1.jsonl'])).columns.map(({ type }) => type)).toEqual(['BIGINT[]', 'STRUCT(a BIGINT)'])
  })

  it('columns of two kinds are told apart behind a file that has no value there', async () => {
    await bench.file('w1.csv', 'a,b\n,x\n')
    await bench.file('w2.csv', 'a,b\n1,x\n')
    await bench.file('w3.csv', 'a,b\ntrue,x\n')
    expect((await refusal(bench.open(['w1.csv', 'w2.csv', 'w3.csv']))).message).toBe(
      'w3.csv has BOOLEAN in column a, not BIGINT, compared with w2.csv',
    )
  })

  it('names the file that differs, in columns, types or format', async () => {
    await bench.file('d1.csv', 'a,b\n1,x\n')
    await bench.file('d2.csv', 'a,c\n1,x\n')
    await bench.file('d3.csv', 'a,b\nq,x\n')
    await bench.file('d4.jsonl', '{"a":1,"b":"x"}\n')
    await bench.file('d5.csv', 'a,b\n,x\n')
    expect((await refusal(bench.open(['d1.csv', 'd2.csv']))).message).toBe('d2.csv lacks b and also has c, compared with d1.csv')
    expect((await refusal(bench.open(['d1.csv', 'd3.csv']))).message).toBe(
      'd3.csv has VARCHAR in column a, not BIGINT, compared with d1.csv',
    )
    expect((await refusal(bench.open(['d1.csv', 'd4.jsonl']))).message).toBe('d4.jsonl: it is jsonl, and d1.csv is csv')
    expect((await bench.open(['d1.csv', 'd5.csv'])).rows).toBe(2)
  })

  it('Parquet too', async () => {
    for (const [index, values] of [[1, 2], [3]].entries())
      await bench.engine.writeParquet(join(bench.folder, `m${index}.parquet`), [{ name: 'a', values }])
    const table = await bench.open(['m1.parquet', 'm0.parquet'])
    expect(await bench.rows(table)).toEqual([[3], [1], [2]])
  })
})

describe('batches', () => {
  const count = 300_001

  it('come in file order, whole, of the size asked for', async () => {
    const path = join(bench.folder, 'order.parquet')
    const floats = Float64Array.from({ length: count }, (_, i) => i)
    await bench.engine.writeParquet(path, [
      { name: 'i', values: Array.from(floats) },
      { name: 'x', values: floats },
      { name: 's', values: Array.from(floats, String) },
    ])
    const table = await bench.open('order.parquet')
    let seen = 0
    const sizes = new Set<number>()
    for await (const { rows, columns } of bench.engine.batches(table, ['x', 's', 'i'], { size: 4096, numeric: ['x', 'i'] })) {
      const [x, s, i] = columns
      if (!(x instanceof Float64Array && i instanceof Float64Array) || s instanceof Float64Array) throw new Error('types')
      expect([x.length, s?.length, i.length]).toEqual([rows, rows, rows])
      for (let row = 0; row < rows; row += 1)
        if (x[row] !== seen + row || i[row] !== seen + row || s?.[row] !== String(seen + row)) throw new Error(`row ${seen + row}`)
      seen += rows
      sizes.add(rows)
    }
    expect(seen).toBe(count)
    expect([...sizes]).toEqual([4096, count % 4096])
  })

  it('give missing numbers as NaN, truth as 0 and 1, decimals as numbers', async () => {
    const table = await bench.table('kinds.csv', 'i,f,t,s\n1,0.5,true,x\n,,,\n')
    const batches = await collect(bench.engine.batches(table, ['i', 'f', 't', 's'], { size: 10, numeric: ['i', 'f', 't'] }))
    expect(batches[0]?.columns.map((column) => [...column])).toEqual([
      [1, Number.NaN],
      [0.5, Number.NaN],
      [1, Number.NaN],
      ['x', null],
    ])
  })

  it('refuse a column that is not there, and text where numbers are asked for', async () => {
    const table = await bench.table('text.csv', 'a,b\nx,1\n')
    const drain = (names: string[], numeric: string[]) => collect(bench.engine.batches(table, names, { size: 10, numeric }))
    expect((await refusal(drain(['c'], []))).code).toBe('COLUMN_MISSING')
    expect((await refusal(drain(['a'], ['a']))).code).toBe('COLUMN_NOT_NUMERIC')
  })
})

describe('writeParquet', () => {
  it('writes every kind of value so that it is read back as it was', async () => {
    const path = join(bench.folder, 'kinds.parquet')
    const columns = [
      { name: 'float', values: Float64Array.of(0.1, Number.NaN, Number.POSITIVE_INFINITY) },
      { name: 'int', values: [1, null, 2n ** 62n] },
      { name: 'mixed', values: [1, 0.5, null] },
      { name: 'truth', values: [true, null, false] },
      { name: 'text "q"', values: ['a', null, 'ü\n'] },
      { name: '__proto__', values: ['p', 'q', 'r'] },
      { name: 'none', values: [null, null, null] },
    ]
    await bench.engine.writeParquet(path, columns)
    const table = await bench.open('kinds.parquet')
    expect(table.columns.map((column) => column.name)).toEqual(columns.map((column) => column.name))
    const rows = await bench.rows(table)
    expect(columns.map((_, index) => rows.map((row) => row[index]))).toEqual(columns.map((column) => [...column.values]))
  })

  it('leaves the old file and nothing half-written when it fails', async () => {
    const folder = join(bench.folder, 'atomic')
    await mkdir(folder)
    await writeFile(join(folder, 'x.parquet'), 'old')
    await expect(
      bench.engine.writeParquet(join(folder, 'x.parquet'), [
        { name: 'a', values: [1, 2] },
        { name: 'b', values: [1] },
      ]),
    ).rejects.toThrow('columns differ in length: 2 and 1')
    await mkdir(join(folder, 'taken.parquet'))
    await expect(bench.engine.writeParquet(join(folder, 'taken.parquet'), [{ name: 'a', values: [1] }])).rejects.toThrow()
    expect((await readdir(folder)).sort()).toEqual(['taken.parquet', 'x.parquet'])
    expect(await readFile(join(folder, 'x.parquet'), 'utf8')).toBe('old')
  })
})

describe('large text', () => {
  const large = (last: string) => `a,b\n${'1,x\n'.repeat(210_000)}${last},y\n`

  it.each([
    ['just what the engine takes by itself', 1_999_000],
    ['more, and it has to be told', 2_100_000],
  ])('keeps every row in its place where records are longer than a part of what is read at a time: %s', async (_, longest) => {
    await using own = await makeBench({ inMemoryBytes: 1000 })
    const lengths = Array.from({ length: 40_000 }, (_unused, i) => (i % 4_000 > 3_996 ? longest - (i % 7) * 1_000 : i % 50))
    const table = await own.table('long.csv', `place,text\n${lengths.map((length, i) => `${i},"${'x'.repeat(length)}"\n`).join('')}`)
    const [row] = await own.engine.aggregate({
      sql: `SELECT count(*) AS n, count_if(place = number) AS placed, sum(strlen(text)) AS bytes, sum(strlen(text) * place) AS weighed
        FROM (SELECT *, ${table.rowNumber} AS number FROM ${table.relation})`,
    })
    const sum = (of: (length: number, i: number) => number) => lengths.reduce((total, length, i) => total + of(length, i), 0)
    expect(row).toEqual({ n: 40_000, placed: 40_000, bytes: sum((length) => length), weighed: sum((length, i) => length * i) })
  })

  it.each([
    ['2.5', 'float', 2.5],
    ['7', 'integer', 7],
    ['9007199254740993', 'integer', 9007199254740993n],
    ['123456789012345678901234567890', 'integer', 123456789012345678901234567890n],
    ['007', 'string', '007'],
    ['x', 'string', 'x'],
    ['', 'integer', null],
  ])('is typed by its last row, too: %s is %s', async (last, kind, value) => {
    await using own = await makeBench({ inMemoryBytes: 1000 })
    const table = await own.table('large.csv', large(last))
    expect(table.rows).toBe(210_001)
    expect(table.columns.map((column) => column.kind)).toEqual([kind, 'string'])
    const [row] = await own.engine.aggregate({ sql: `SELECT a FROM ${table.relation} WHERE ${table.rowNumber} = 210000` })
    expect(row?.a).toBe(value)
  })

  it('JSON lines too', async () => {
    await using own = await makeBench({ inMemoryBytes: 1000 })
    const table = await own.table('large.jsonl', `${`${JSON.stringify({ a: 1, b: 'x' })}\n`.repeat(10_000)}{"a":2.5}\n`)
    expect([table.rows, table.columns[0]?.kind]).toEqual([10_001, 'float'])
  })
})

describe('CAN-01 a cancel ends what the engine computes', () => {
  const endless = { sql: 'SELECT count(*) AS n FROM range(200000) AS a, range(200000) AS b WHERE (a.range * b.range) % 7 = 3' }

  it('a long query ends soon, with the reason of the cancel and not with an error of the data, and nothing is asked after it', async () => {
    const cancel = new AbortController()
    await using own = await makeBench({ signal: cancel.signal })
    await own.engine.describe()
    const began = performance.now()
    setTimeout(() => cancel.abort(new UserError('CANCELLED', 'cancelled by SIGINT', 'run it again')), 200)
    await expect(own.engine.aggregate(endless)).rejects.toMatchObject({ code: 'CANCELLED' })
    expect(performance.now() - began).toBeLessThan(5000)
    await expect(own.engine.aggregate({ sql: 'SELECT 1 AS n' })).rejects.toMatchObject({ code: 'CANCELLED' })
    await expect(own.table('a.csv', 'a\n1\n')).rejects.toMatchObject({ code: 'CANCELLED' })
  }, 20_000)
})

describe('the engine cleans up', () => {
  it('of a Parquet file that is large the digest is known later, and waited for when the engine ends', async () => {
    const own = await makeBench()
    try {
      const small = await own.table('d.csv', 'a\n1\n')
      const path = join(own.folder, 'large.parquet')
      const sql = '(SELECT hash(i) AS a FROM range(1500000) AS r(i))'
      await own.engine.writeRows(
        { ...small, relation: sql, columns: [{ name: 'a', type: 'UBIGINT', kind: 'integer' }] },
        ['a'],
        path,
        'parquet',
      )
      const bytes = await readFile(path)
      expect(bytes.length).toBeGreaterThan(8 * 2 ** 20)
      const [one, two] = [await own.open('large.parquet'), await own.open(['large.parquet', 'large.parquet'])]
      const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`
      expect(await one.digests()).toEqual([digest])
      await own.engine[Symbol.asyncDispose]()
      expect(await two.digests()).toEqual([digest, digest])
      expect(await readdir(own.temp)).toEqual([])
    } finally {
      await own[Symbol.asyncDispose]()
    }
  })

  it('removes its folder on dispose, and says the digest of what it read', async () => {
    const own = await makeBench()
    try {
      const table = await own.table('d.csv', 'a\n1\n')
      expect(table.files).toEqual([{ path: 'd.csv', bytes: 4 }])
      expect(await table.digests()).toEqual(['sha256:309b0e45a73d3fc5325e2b6ed0a01ef8b9cde6b05a5633c1f893f970d52bfddc'])
      expect(await readdir(own.temp)).toHaveLength(1)
      await own.engine[Symbol.asyncDispose]()
      expect(await readdir(own.temp)).toEqual([])
    } finally {
      await own[Symbol.asyncDispose]()
    }
  })
})
