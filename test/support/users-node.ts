/**
 * The Node that the tests were started with. They run on 24, as the actions do: `npm test` hands over to it where the Node of whoever starts them is older.
 * What is a command line to users runs on theirs.
 */
import { execFileSync } from 'node:child_process'

const oldest = 20

/** Said by scripts/bootstrap.mjs; vitest that is started by itself has none but its own. */
const path = process.env.MODELGATE_STARTED_WITH ?? process.execPath
let known: string | null = null

/** @throws Error where it is too old to prove anything */
export function usersNode(): string {
  known ??= execFileSync(path, ['--version'], { encoding: 'utf8' }).trim()
  if (!(Number.parseInt(known.slice(1), 10) >= oldest))
    throw new Error(
      `The tests were started with Node ${known} (${path}); Modelgate runs on ${oldest} or later: start them with such a one.`,
    )
  return path
}
