import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { formatNames, formats } from '../../../../src/core/checks/entries/formats.ts'
import { type Bench, makeBench } from '../../duckdb/support.ts'

let bench: Bench
beforeAll(async () => {
  bench = await makeBench()
})
afterAll(() => bench[Symbol.asyncDispose]())

async function holds(name: (typeof formatNames)[number], text: string, pattern?: string): Promise<unknown> {
  const sql = formats[name].holds('x')
  const values = pattern === undefined ? [text] : [text, pattern]
  const [row] = await bench.engine.aggregate({
    sql: `SELECT ${name === 'strftime' ? sql.replace('?', '$2') : sql} AS held FROM (SELECT CAST($1 AS VARCHAR) AS x)`,
    values,
  })
  return row?.held
}

/** Well-formed and not: from the RFCs, the published test numbers of card schemes, and what people type. */
const samples: Readonly<Record<(typeof formatNames)[number], readonly [good: readonly string[], bad: readonly string[]]>> = {
  email: [
    ['a@b.co', 'first.last+tag@sub.example.org', "o'neil@example.com", 'x_1@example-site.io'],
    ['a@b', '@b.co', 'a b@c.de', 'a@b..co', '.a@b.co', 'a.@b.co', 'a@-b.co', 'a@b.c', 'plain', 'a@b.co '],
  ],
  url: [
    ['http://a.b', 'https://example.org:8080/x?y=1#z', 'HTTPS://EXAMPLE.ORG', 'ftp://host/file', 'http://localhost', 'http://[::1]/'],
    ['example.org', 'http://', 'http://a b', 'javascript:alert(1)', 'mailto:a@b.co', '//a.b', 'http:/a.b'],
  ],
  uuid: [
    ['123e4567-e89b-12d3-a456-426614174000', '123E4567-E89B-12D3-A456-426614174000'],
    ['123e4567e89b12d3a456426614174000', '123e4567-e89b-12d3-a456-42661417400', 'g23e4567-e89b-12d3-a456-426614174000'],
  ],
  ipv4: [
    ['0.0.0.0', '255.255.255.255', '192.168.1.10'],
    ['256.0.0.1', '1.2.3', '1.2.3.4.5', '01.2.3.4', '1.2.3.4 ', 'a.b.c.d'],
  ],
  ipv6: [
    [
      '::',
      '::1',
      '2001:db8::1',
      'fe80:0:0:0:0:0:0:1',
      '1:2:3:4:5:6:7:8',
      '::ffff:192.0.2.1',
      '1::8',
      '1:2:3:4:5:6:192.0.2.1',
      '1:2::',
      '1::5:6:7:8',
    ],
    ['1', ':::', '1:2:3:4:5:6:7', '1::2::3', '12345::', 'g::1', '1:2:3:4:5:6:7:8:9', '::1 ', ':1'],
  ],
  ip: [
    ['10.0.0.1', '::1'],
    ['10.0.0', ':::'],
  ],
  iso_date: [
    ['2026-01-31', '2024-02-29'],
    ['2026-02-29', '2026-13-01', '2026-1-1', '31.01.2026', '2026-01-31T00:00', '20260131'],
  ],
  iso_datetime: [
    ['2026-01-31T12:00:00Z', '2026-01-31 12:00', '2026-01-31T12:00:00.123+01:00'],
    ['2026-01-31', '2026-01-31T25:00:00', '2026-02-30T12:00:00', 'now'],
  ],
  date: [
    ['2026-01-31', '2026-01-31 10:00:00'],
    ['x', '2026-02-31', ''],
  ],
  time: [
    ['23:59', '00:00:00', '7:05'],
    ['24:01', '12:60', 'noon'],
  ],
  strftime: [
    ['31.01.2026', '01.12.1999'],
    ['2026-01-31', '32.01.2026', '31.02.2026', ''],
  ],
  phone: [
    ['+49 30 123456', '(555) 123-4567', '0049/30/1234567', '5551234567'],
    ['12', 'call me', '+', '123456', '1234567890123456', '555-CALL-NOW'],
  ],
  credit_card: [
    ['4111111111111111', '4111 1111 1111 1111', '5500-0000-0000-0004', '378282246310005', '6011111111111117', '30569309025904'],
    ['4111111111111112', '1234567890123456', '4111', '4111  1111 1111 1111', 'abcd', '0000 0000 0000 0001', ''],
  ],
  json: [
    ['{"a": [1, null]}', '3', '"x"', 'true'],
    ['{a: 1}', "{'a': 1}", '[1,', ''],
  ],
  numeric: [
    ['1', '-1.5', '+.5', '1e-9', ' 7 ', '10.'],
    ['', '.', '1,5', '1e', '0x1', 'NaN', 'one'],
  ],
  integer: [
    ['1', '-20', '+3', ' 7 '],
    ['1.0', '', '1e3', '--1'],
  ],
}

describe('formats tell what is well-formed', () => {
  it.each(formatNames)('%s', async (name) => {
    const [good, bad] = samples[name]
    const pattern = name === 'strftime' ? '%d.%m.%Y' : undefined
    for (const text of good) expect([text, await holds(name, text, pattern)]).toEqual([text, true])
    for (const text of bad) expect([text, await holds(name, text, pattern)]).toEqual([text, false])
  })
})

describe('DAT-12 formats are linear', () => {
  it.each(formatNames)('%s of fifty thousand letters, digits, colons and dots is answered', async (name) => {
    for (const part of ['a', '1', ':', '1.', 'a@', ' ', '-'])
      expect(typeof (await holds(name, part.repeat(50_000), name === 'strftime' ? '%Y' : undefined))).toBe('boolean')
  })
})
