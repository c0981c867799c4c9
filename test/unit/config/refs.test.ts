import { describe, expect, it } from 'vitest'
import { model, parse, problems, whole } from './support.ts'

const digest = 'a'.repeat(64)
const refOf = (text: string) => parse(`models: {m: {model: ${text}}}`).models[0]?.model
const refusal = (text: string) => problems(`models: {m: {model: ${text}}}`).join('\n')

describe('REF: one way to name a model', () => {
  it.each([
    ['m.onnx', { kind: 'path', path: 'm.onnx' }],
    ['models/m', { kind: 'path', path: 'models/m' }],
    ['./production', { kind: 'path', path: './production' }],
    ['models/x@y.onnx', { kind: 'path', path: 'models/x@y.onnx' }],
    ['production', { kind: 'alias', model: null, alias: 'production' }],
    ['1.4.0', { kind: 'version', model: null, version: '1.4.0' }],
    ['v1.4.0', { kind: 'version', model: null, version: '1.4.0' }],
    ['flights@production', { kind: 'alias', model: 'flights', alias: 'production' }],
    ['flights@1.2.0', { kind: 'version', model: 'flights', version: '1.2.0' }],
    ['a.b-c@v1.2.0', { kind: 'version', model: 'a.b-c', version: '1.2.0' }],
    ['main', { kind: 'main' }],
    ['artifact:models', { kind: 'artifact', name: 'models', path: null }],
    ['artifact:models/a/b.onnx', { kind: 'artifact', name: 'models', path: 'a/b.onnx' }],
    ['{artifact: models, path: a.onnx}', { kind: 'artifact', name: 'models', path: 'a.onnx' }],
    [`"https://e.org/m.onnx?x=1#sha256=${digest.toUpperCase()}"`, { kind: 'url', url: 'https://e.org/m.onnx?x=1', sha256: digest }],
    [`{url: "https://e.org/m", sha256: "sha256:${digest}"}`, { kind: 'url', url: 'https://e.org/m', sha256: digest }],
  ])('%s', (text, ref) => {
    expect(refOf(text)).toEqual(ref)
  })

  it.each([
    ['"https://e.org/m.onnx"', 'add #sha256='],
    [`"http://e.org/m.onnx#sha256=${digest}"`, 'begins with https://'],
    [`{url: "http://e.org/m", sha256: "${digest}"}`, 'begins with https://'],
    ['{url: "https://e.org/m", sha256: abc}', '64 hex digits'],
    ['{url: "https://e.org/m", artifact: x}', 'either {url, sha256} or {artifact, path}'],
    ['"s3://bucket/x"', 'NOT_AVAILABLE'],
    ['"oci:registry/x"', 'NOT_AVAILABLE'],
    ['"hf:org/model"', 'NOT_AVAILABLE'],
    ['"file:///etc/passwd"', 'begins with https://'],
    ['"artifact:a/../b"', 'not a path inside the artifact'],
    ['"artifact:/etc/passwd"', 'not the name of an artifact'],
    ['"a b"', 'names no model'],
    ['"..x@production"', "not a model's name"],
    ['"a@b c"', 'neither a version'],
    ['""', 'empty'],
    ['3', 'Expected a model'],
  ])('%s is refused', (text, why) => {
    expect(refusal(text)).toContain(why)
  })
})

describe('SOURCE: one way to name data', () => {
  const sourceOf = (text: string) => model(`data: {train: ${text}}`).data.sources.train

  it.each([
    ['a.csv', { kind: 'files', paths: ['a.csv'], format: null, sha256: null }],
    ['"data/*.csv"', { kind: 'files', paths: ['data/*.csv'], format: null, sha256: null }],
    ['[a.csv, b.csv]', { kind: 'files', paths: ['a.csv', 'b.csv'], format: null, sha256: null }],
    ['{glob: "d/*.csv", format: csv}', { kind: 'glob', pattern: 'd/*.csv', format: 'csv' }],
    [
      `{path: a.bin, format: parquet, sha256: ${'b'.repeat(64)}}`,
      { kind: 'files', paths: ['a.bin'], format: 'parquet', sha256: 'b'.repeat(64) },
    ],
    ['{path: a.csv, header: true}', { kind: 'files', paths: ['a.csv'], format: null, sha256: null, header: true }],
    ['{glob: "d/*.csv", header: true}', { kind: 'glob', pattern: 'd/*.csv', format: null, header: true }],
    ['{profile: p.json}', { kind: 'profile', path: 'p.json' }],
  ])('DAT-02 %s', (text, source) => {
    expect(sourceOf(text)).toEqual(source)
  })

  it.each([
    ['"s3://bucket/a.csv"', 'NOT_AVAILABLE'],
    ['{table: db.t}', 'NOT_AVAILABLE'],
    ['"https://e.org/a.csv"', 'data is a file'],
    ['[]', 'list of files is empty'],
    ['{path: a.csv, glob: b}', 'exactly one of'],
    ['{format: csv}', 'exactly one of'],
    ['{glob: a, sha256: x}', '64 hex digits'],
    ['{path: a, format: xlsx}', 'Allowed: csv, parquet, jsonl'],
    ['{path: a, format: parquet, header: true}', 'header belongs to CSV'],
    ['{path: a.csv, header: false}', 'Expected true'],
    ['{pth: a}', 'Did you mean path?'],
    ['true', 'Expected data'],
  ])('%s is refused', (text, why) => {
    expect(problems(whole(`data: {train: ${text}}`)).join('\n')).toContain(why)
  })

  it('a profile is no test data', () => {
    expect(problems(whole('data: {test: {profile: p.json}}'))[0]).toContain('a profile holds none')
  })
})

describe('PRO-12 names are names everywhere', () => {
  it.each([
    '../x',
    'a/b',
    '-x',
    '.x',
    'a..b',
    'con',
    'NUL.txt',
    'com1',
    'a b',
    'ü',
    'a.lock',
    'a.',
    'x'.repeat(101),
    'gate.json',
    'Report.HTML',
    'report.md',
    'report.junit.xml',
  ])('%s is no model name', (name) => {
    expect(problems(`models: {${JSON.stringify(name)}: {model: m.onnx}}`)[0]).toContain('INVALID_NAME')
  })

  it('two names that differ in case only are refused', () => {
    expect(problems('models: {a: {model: m.onnx}, A: {model: m.onnx}}')[0]).toContain('differ in case only')
  })

  it.each(['../heads/main', 'refs/tags/x..y', 'a/b', 'main', 'Latest', '1.0.0', ''])('%s is no alias', (name) => {
    expect(problems(whole(`promote: {to: ${JSON.stringify(name)}}`))).toHaveLength(1)
  })

  it.each(['-x', 'a..b', 'a//b', 'a.lock', 'a/', '@{x', 'a b'])('%s is no branch', (name) => {
    expect(problems(`models: {m: {model: m.onnx}}\nledger: {branch: ${JSON.stringify(name)}}`)[0]).toContain('not the name of a branch')
  })

  it.each(['--upload-pack=touch x', '-o', ''])('EVT-09 %j is no remote', (remote) => {
    expect(problems(`models: {m: {model: m.onnx}}\nledger: {remote: ${JSON.stringify(remote)}}`).length).toBeGreaterThan(0)
  })
})
