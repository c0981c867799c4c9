/** GitHub's answers are read through a schema like any other input: what is not there is an error here, never `undefined` further in. */
import type { z } from 'zod'
import { type Rest, type RestAnswer, type RestCall, RestError } from './rest.ts'

export function read<T>(schema: z.ZodType<T>, answer: Pick<RestAnswer, 'data' | 'status'>, call: Pick<RestCall, 'method' | 'path'>): T {
  const parsed = schema.safeParse(answer.data)
  if (parsed.success) return parsed.data
  const where = parsed.error.issues[0]?.path.join('.') || 'its top level'
  throw new RestError({
    code: 'GITHUB_ANSWER',
    message: `GitHub answered ${answer.status} to ${call.method} ${call.path.split('?')[0]}, but ${where} is not what the API describes`,
    fix: 'check GITHUB_API_URL and any proxy in between, then run it again',
    status: answer.status,
    transient: false,
    mayHaveChanged: call.method !== 'GET',
    waitMs: null,
  })
}

/** One call and its answer through a schema. */
export async function ask<T>(rest: Rest, schema: z.ZodType<T>, call: RestCall): Promise<T> {
  return read(schema, await rest.call(call), call)
}

/** `/repos/owner/name`; both parts as GitHub allows them, so that no other path can be meant. */
export function repositoryPath(repository: string): string {
  const match = /^([A-Za-z0-9](?:[A-Za-z0-9_-]*))\/([A-Za-z0-9._-]+)$/.exec(repository)
  const name = match?.[2] ?? ''
  if (match === null || name === '.' || name === '..') throw new RangeError(`${JSON.stringify(repository)} is no GitHub repository`)
  return `/repos/${match[1]}/${name}`
}
