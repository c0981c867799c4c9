/**
 * The judgement of drift alone, over a stored profile of two tables: milliseconds of each of twenty, as JSON; the first with cold code.
 * Made a script, as the parts of the bundle are, and started by judge-start.ts.
 */
import { readFileSync } from 'node:fs'
import { judgeDrift } from '../src/core/drift/judge.ts'
import { profileSchema } from '../src/core/schema/profile.ts'

const path = process.argv.at(-1)
if (path === undefined) throw new Error('name a profile')
const { tables } = profileSchema.parse(JSON.parse(readFileSync(path, 'utf8')))
const reference = tables.find(({ role }) => role === 'train')
const current = tables.find(({ role }) => role === 'current')
if (reference === undefined || current === undefined) throw new Error('the profile lacks train or current')
const times = Array.from({ length: 20 }, () => {
  const start = performance.now()
  const judged = judgeDrift({
    reference,
    current,
    targets: [],
    positive: null,
    features: null,
    leaveOut: [],
    columns: {},
    predictions: { kind: 'none', because: 'there is no model' },
    policy: { onInconclusive: 'pass', onMissing: 'warn' },
    capAtWarn: false,
  })
  if (judged.columns.length !== reference.columns.length) throw new Error('a column was not judged')
  return performance.now() - start
})
process.stdout.write(JSON.stringify(times))
