/**
 * A schema of which only the part is made that a value needs. There are a hundred and more checks, a config writes a few of them, and making
 * the schemas of all takes longer than reading it.
 */
import { z } from 'zod'

/**
 * Reads like `whole`, which is made only for a value that no part is known for, and for the JSON Schema.
 * @param choose what says of this value all that the whole would; null where the whole has to
 */
export function partly<T extends z.ZodType>(whole: () => T, choose: (given: unknown) => z.ZodType | null): z.ZodLazy<T> {
  const schema = z.lazy(whole)
  const { _zod: inner } = schema
  inner.run = (payload, context) => (choose(payload.value) ?? inner.innerType)._zod.run(payload, context)
  inner.parse = inner.run
  // asked before anything is read, and would be answered by the whole: no part stands in for what is not written
  Object.defineProperty(inner, 'optin', { value: undefined })
  return schema
}

/** A section that most configs leave out: it is made for the first that writes it, and for the JSON Schema. */
export const whenWritten = <T extends z.ZodType>(whole: () => T): z.ZodLazy<T> => partly(whole, () => null)
