/** `waivers` as they are written. What they do: `gate/waivers.ts`. */
import { z } from 'zod'
import { readWaiverLimit } from '../gate/waivers.ts'
import { nearest } from '../text/nearest.ts'
import type { Waiver } from './config.ts'
import { section, text } from './leaves.ts'
import { whenWritten } from './partly.ts'
import { invalid, type Problem, shown } from './problems.ts'

/** Stands in messages and reports: one line, no control characters. */
const line = (what: string, most: number) =>
  text
    .refine((given) => given.trim() !== '', { error: `${what} is empty` })
    .refine((given) => !/[\p{Cc}\u2028\u2029]/u.test(given), { error: `${what} has a line break or a control character` })
    .max(most, { error: `${what} is longer than ${most} characters` })

const day = () => text.refine((given) => isDay(given), { error: 'expected the last day it holds, such as 2027-03-01' })

function isDay(given: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(given)) return false
  const at = new Date(`${given}T00:00:00Z`)
  return !Number.isNaN(at.getTime()) && at.toISOString().startsWith(given)
}

const judged = /^(validate|evaluate|drift)\.[a-z_0-9*]+(:.*)?$/s

const waiver = () =>
  section({
    model: text,
    check: text.regex(judged, {
      error: 'expected the id of a check of validate, evaluate or drift, such as evaluate.max_drop:roc_auc; * stands for any characters',
    }),
    limit: z.union([text, z.number()], { error: 'expected a limit such as 3pp, 5% relative or 0.7' }).optional(),
    reason: line('the reason', 500),
    owner: line('the owner', 100),
    until: day(),
  }).superRefine(({ check, limit }, context) => {
    if (limit === undefined) return
    const read = readWaiverLimit(String(limit))
    const refuse = (message: string) => context.addIssue({ code: 'custom', path: ['limit'], message })
    if (read === null) refuse(`${shown(String(limit))} is no limit: write 3pp, 5% relative, or a level such as 0.7`)
    else if (read.kind === 'level' && /%\s*$/.test(String(limit)) && /max_(drop|rise)/.test(check))
      refuse(`${String(limit)} could mean two things: write ${String(limit).replace('%', 'pp')} (absolute) or ${String(limit)} relative`)
  })

export const waivers = whenWritten(() =>
  z.array(waiver(), { error: 'expected a list of waivers: {model, check, limit, reason, owner, until}' }),
)

/** A waiver of a model that the config does not have is a typo, not one for later. */
export function waiversOf(given: z.output<typeof waivers> | undefined, models: readonly string[], problems: Problem[]): readonly Waiver[] {
  return (given ?? []).map(({ model, check, limit, reason, owner, until }, i): Waiver => {
    if (!models.includes(model)) {
      const near = nearest(model, models)
      const meant = near === null ? '' : ` Did you mean ${near}?`
      problems.push(invalid(['waivers', i, 'model'], `There is no model ${shown(model)}.${meant} Known: ${models.join(', ')}.`))
    }
    return { model, check, limit: limit === undefined ? null : String(limit), reason: reason.trim(), owner: owner.trim(), until }
  })
}
