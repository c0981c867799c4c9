/** The two ways to name things: SOURCE names data, REF names a model. */
import { z } from 'zod'
import type { ModelRef, Source } from './config.ts'
import { dataFormats } from './config.ts'
import { aliasPattern, badModelName, choice, later, path, section } from './leaves.ts'
import { notAvailable, shown } from './problems.ts'

type Answer<T> = { readonly value: T } | { readonly refused: string }

const hex = /^[0-9a-f]{64}$/
export const sha256 = z
  .string({ error: 'expected a sha256 of 64 hex digits' })
  .transform((text) => text.replace(/^sha256:/, '').toLowerCase())
  .refine((text) => hex.test(text), { error: 'expected a sha256 of 64 hex digits' })

/** Places that the design names and this version does not reach. */
const unbuilt: readonly (readonly [RegExp, string])[] = [
  [/^s3:/i, 's3:'],
  [/^oci:/i, 'oci:'],
  [/^hf:/i, 'hf:'],
]

const version = /^v?(\d+\.\d+\.\d+)$/

/** One REF as text. Order matters: what has a `/` is a path unless it says otherwise in front. */
export function readRef(text: string): Answer<ModelRef> {
  const later = unbuilt.find(([pattern]) => pattern.test(text))
  if (later !== undefined) return { refused: notAvailable(later[1]) }
  if (/^https:\/\//i.test(text)) return readUrl(text)
  if (/^artifact:/.test(text)) return readArtifact(text.slice('artifact:'.length))
  if (/^[A-Za-z][A-Za-z0-9+.-]+:\/\//.test(text)) return { refused: `${shown(text)} is not reached: a URL of a model begins with https://` }
  const at = /^([^/\\@]+)@([^/\\@]+)$/.exec(text)
  if (at !== null) return readNamed(at[1] ?? '', at[2] ?? '')
  if (text === 'main') return { value: { kind: 'main' } }
  const number = version.exec(text)?.[1]
  if (number !== undefined) return { value: { kind: 'version', model: null, version: number } }
  if (/[/\\]/.test(text) || /[^.]\.[A-Za-z][A-Za-z0-9]*$/.test(text)) return { value: { kind: 'path', path: text } }
  if (aliasPattern.test(text)) return { value: { kind: 'alias', model: null, alias: text } }
  return { refused: `${shown(text)} names no model: write a path, an alias, a version, name@alias, main, or an https URL with sha256` }
}

function readNamed(model: string, rest: string): Answer<ModelRef> {
  const bad = badModelName(model)
  if (bad !== null) return { refused: bad }
  const number = version.exec(rest)?.[1]
  if (number !== undefined) return { value: { kind: 'version', model, version: number } }
  if (aliasPattern.test(rest)) return { value: { kind: 'alias', model, alias: rest } }
  return { refused: `${shown(rest)} is neither a version such as 1.2.0 nor an alias` }
}

function readUrl(text: string): Answer<ModelRef> {
  const [, address = '', fragment] = /^([^#]*)(?:#(.*))?$/s.exec(text) ?? []
  if (!URL.canParse(address)) return { refused: 'this is not a URL' }
  const digest = /^sha256=([0-9a-fA-F]{64})$/.exec(fragment ?? '')?.[1]
  if (digest === undefined) return { refused: 'a URL needs the digest of what lies there: add #sha256=<64 hex digits>' }
  return { value: { kind: 'url', url: address, sha256: digest.toLowerCase() } }
}

function readArtifact(text: string): Answer<ModelRef> {
  const slash = text.indexOf('/')
  const name = slash < 0 ? text : text.slice(0, slash)
  const inside = slash < 0 ? null : text.slice(slash + 1)
  return artifactOf(name, inside)
}

/** Names that the artifact service takes, and paths that stay in the artifact. */
function artifactOf(name: string, inside: string | null): Answer<ModelRef> {
  if (name === '' || /[\\/:*?"<>|\r\n]/.test(name)) return { refused: `${shown(name)} is not the name of an artifact` }
  if (inside !== null && (inside === '' || /^[\\/]|^[A-Za-z]:|\\/.test(inside) || inside.split('/').includes('..')))
    return { refused: `${shown(inside)} is not a path inside the artifact` }
  return { value: { kind: 'artifact', name, path: inside } }
}

const answering =
  <I, T>(read: (given: I) => Answer<T>) =>
  (given: I, context: z.core.$RefinementCtx): T => {
    const answer = read(given)
    if ('value' in answer) return answer.value
    context.issues.push({ code: 'custom', message: answer.refused, input: given })
    return z.NEVER
  }

const refForms = 'a path, an alias, a version, name@alias, main, {url, sha256} or {artifact, path}'

export const refText = path.transform(answering(readRef))

/** A REF as it may stand in the config. */
export const ref = z.union(
  [
    refText,
    section({ url: z.string().optional(), sha256: sha256.optional(), artifact: z.string().optional(), path: path.optional() }).transform(
      answering((given): Answer<ModelRef> => {
        if (given.url !== undefined && given.artifact === undefined && given.path === undefined) {
          if (!/^https:\/\//i.test(given.url)) return { refused: 'a URL of a model begins with https://' }
          return readUrl(given.sha256 === undefined || given.url.includes('#') ? given.url : `${given.url}#sha256=${given.sha256}`)
        }
        if (given.artifact !== undefined && given.url === undefined && given.sha256 === undefined)
          return artifactOf(given.artifact, given.path ?? null)
        return { refused: 'write either {url, sha256} or {artifact, path}' }
      }),
    ),
  ],
  { error: `expected a model: ${refForms}` },
)

const format = choice(dataFormats).optional()
const header = z.literal(true, { error: 'expected true: a file whose first line is a row needs a line of names' }).optional()

const sourcePath = path.superRefine((text, context) => {
  if (/^(s3|gs|abfss?|hdfs):/i.test(text)) context.addIssue({ code: 'custom', message: notAvailable(text.slice(0, text.indexOf(':') + 1)) })
  else if (/^[a-z][a-z0-9+.-]+:\/\//i.test(text))
    context.addIssue({ code: 'custom', message: 'data is a file: fetch it in a step before, then name its path' })
})

const files = (paths: readonly string[], form: 'csv' | 'parquet' | 'jsonl' | undefined, digest: string | undefined): Source => ({
  kind: 'files',
  paths,
  format: form ?? null,
  sha256: digest ?? null,
})

const sourceForms = 'a path, a list of paths, {glob: …}, {path, format, header, sha256} or {profile: …}'

/** A SOURCE as it may stand in the config. */
export const source = z.union(
  [
    sourcePath.transform((one) => files([one], undefined, undefined)),
    z
      .array(sourcePath)
      .min(1, { error: 'this list of files is empty' })
      .transform((many) => files(many, undefined, undefined)),
    section({
      path: sourcePath.optional(),
      glob: path.optional(),
      profile: path.optional(),
      table: later('{table: …}'),
      format,
      header,
      sha256: sha256.optional(),
    }).transform(
      answering((given): Answer<Source> => {
        const { path: one, glob, profile } = given
        const named = given.header === undefined ? {} : { header: given.header }
        if (given.header !== undefined && (profile !== undefined || (given.format ?? 'csv') !== 'csv'))
          return { refused: 'header belongs to CSV files' }
        if (one !== undefined && glob === undefined && profile === undefined)
          return { value: { ...files([one], given.format, given.sha256), ...named } }
        if (given.sha256 !== undefined) return { refused: 'sha256 belongs to one path' }
        if (glob !== undefined && one === undefined && profile === undefined)
          return { value: { kind: 'glob', pattern: glob, format: given.format ?? null, ...named } }
        if (profile !== undefined && one === undefined && glob === undefined && given.format === undefined)
          return { value: { kind: 'profile', path: profile } }
        return { refused: `write exactly one of ${sourceForms}` }
      }),
    ),
  ],
  { error: `expected data: ${sourceForms}` },
)
