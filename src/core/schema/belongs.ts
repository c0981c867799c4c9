/**
 * Where a key that stands in the wrong place belongs: `samples` under `data` is one of `expect`. The parsers themselves are asked, so that it is
 * true of every key; that makes the schemas of all sections, and is done only for a config that is wrong.
 */
import type { z } from 'zod'
import { configFile, modelFile } from './config-file.ts'
import { expectColumn } from './expect-file.ts'
import { metrics } from './limits.ts'
import { type Problem, problemsOf } from './problems.ts'

const places = (): readonly (readonly [where: string, schema: z.ZodType])[] => [
  ['the top of the file', configFile],
  ['a model', modelFile],
  ...Object.entries(modelFile.shape),
  ['evaluate.metrics', metrics],
  ['a column of expect', expectColumn],
]

/** Codes that say of a key that it is none of the section, or none that may be written in this version. */
const refusals: readonly string[] = ['UNKNOWN_KEY', 'UNKNOWN_METRIC', 'INVALID_NAME', 'NOT_AVAILABLE', 'WRONG_DIRECTION']

const refuses = (section: z.ZodType, key: string): boolean => {
  const given = { [key]: {} }
  const problems = problemsOf(section.safeParse(given).error?.issues ?? [], given)
  return problems.some(({ code, path }) => refusals.includes(code) && path.length === 1 && path[0] === key)
}

/** What is no section takes a map for a wrong value, and says nothing of its keys. */
const isSection = (schema: z.ZodType): boolean => refuses(schema, 'no such key')

/** A key that may stand in so many places is no hint. */
const mostPlaces = 2

/** The same problem; of an unknown key for which no allowed one was meant it says where it may stand. */
export function withPlace(problem: Problem): Problem {
  const key = problem.path.at(-1)
  if (problem.code !== 'UNKNOWN_KEY' || typeof key !== 'string' || problem.text.startsWith('Did you mean')) return problem
  const found = places().flatMap(([where, schema]) => (isSection(schema) && !refuses(schema, key) ? [where] : []))
  return found.length === 0 || found.length > mostPlaces
    ? problem
    : { ...problem, text: `It belongs to ${found.join(' or ')}. ${problem.text}` }
}
