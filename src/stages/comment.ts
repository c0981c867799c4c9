/**
 * Tells the reviewers: one sticky comment per key. Whatever goes wrong here, the gate's verdict stands: trouble is `degraded`, said loudly,
 * and never changes the exit. What cannot be read is unknown, not empty: then nothing is posted.
 */
import { commentBody, withoutGate } from '../core/report/markdown.ts'
import type { Marker } from '../core/report/marker.ts'
import { nextStep, type Step, type Wanted } from '../core/report/sticky.ts'
import { makeCheck, type StageOutput } from '../core/schema/result.ts'
import { asError, UserError } from '../errors.ts'
import type { CommentThread } from '../ports/ci-host.ts'
import type { RunContext, StageOptions } from './context.ts'
import { readReport } from './gate/read-report.ts'

const longestKey = 200

export async function comment(context: RunContext, options: StageOptions): Promise<StageOutput> {
  const key = options.key ?? 'default'
  if (key === '' || key.length > longestKey) {
    throw new UserError('COMMENT_KEY', `the key of a comment has ${key.length} characters`, `give one of 1 to ${longestKey}`)
  }
  try {
    const pull = await context.host.pullRequest()
    if (pull === null) return { checks: [], skipped: 'this run is not about a pull request' }
    const marker: Marker = { key, run: context.source.run_id, attempt: context.source.run_attempt }
    const read = await readReport(context)
    const body = read.kind === 'found' ? commentBody(read.report, marker) : withoutGate(read.why, marker)
    const posted = await stick(context.host.comments(pull.number), { marker, body })
    context.progress.say(sentences[posted.how])
    if (read.kind === 'none')
      return degraded(context, `the gate left no result to show: ${read.why}`, 'run `modelgate gate` before comment')
    return {
      checks: [makeCheck({ id: 'comment.posted', status: 'pass', effect: 'pass', message: sentences[posted.how] })],
      details: { key, pull: pull.number, comment: posted.id, how: posted.how },
    }
  } catch (thrown) {
    if (context.signal.aborted) throw thrown
    const error = asError(thrown)
    const readOnly = context.host.event.fromFork && error instanceof UserError && error.message.includes('not accessible by integration')
    if (readOnly) return degraded(context, error.message, ofFork)
    return degraded(context, error.message, error instanceof UserError ? error.fix : 'see the log; the report is in the job summary')
  }
}

/** No permission of the job changes that. */
const ofFork = 'the token of a pull request of a fork cannot write, whatever the job is permitted: the report is in the job summary'

const sentences = {
  created: 'the comment was created',
  updated: 'the comment was updated',
  unchanged: 'the comment says this already',
  newer: 'a newer run has commented already, so this one kept silent',
} as const

function degraded(context: RunContext, why: string, fix: string): StageOutput {
  context.progress.warn(`no comment: ${why}. ${fix}`)
  return {
    checks: [makeCheck({ id: 'comment.posted', status: 'warn', effect: 'pass', message: `the comment could not be made: ${why}`, fix })],
    degraded: ['comment'],
  }
}

interface Posted {
  readonly id: number
  readonly how: keyof typeof sentences
}

/** listings: one to see, one after each of create, update, and the removal of a few twins */
const maxRounds = 8

/**
 * List, do the next thing, list again, until nothing is left to do. A change that failed is judged by what the next listing shows, since a
 * lost answer does not say whether it was done. A create is sent once in all. GitHub has no conditional update: of two runs that write in the
 * same moment the last one stands until the next run, which is why the documented workflow has one run of a pull request at a time.
 */
async function stick(thread: CommentThread, wanted: Wanted): Promise<Posted> {
  let how: keyof typeof sentences = 'unchanged'
  let failure: unknown = null
  let created = false
  let failures = 0
  for (let round = 0; round < maxRounds; round += 1) {
    const step = nextStep(await thread.list(), wanted)
    if (step.kind === 'done') return { id: step.id, how: step.whose === 'newer' ? 'newer' : how }
    if (failures >= 2 || (step.kind === 'create' && created)) break
    try {
      created ||= step.kind === 'create'
      await take(thread, wanted, step)
      failure = null
    } catch (thrown) {
      failure = thrown
      failures += 1
    }
    if (step.kind === 'create') how = 'created'
    else if (step.kind === 'update' && how === 'unchanged') how = 'updated'
  }
  throw failure ?? new UserError('COMMENT_UNSETTLED', 'the comment did not come to rest', 'other runs may be writing it: run this again')
}

async function take(thread: CommentThread, wanted: Wanted, step: Exclude<Step, { kind: 'done' }>): Promise<void> {
  switch (step.kind) {
    case 'create':
      await thread.create(wanted.body)
      return
    case 'update':
      return thread.update(step.id, step.body)
    case 'remove':
      return thread.remove(step.id)
  }
}
