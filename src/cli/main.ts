/** Shell 2: argv → the same stages the actions call. Results on stdout with --json, everything else on stderr. */
import { exitCode, failingOn, type Verdict, worst } from '../core/gate/fold.ts'
import type { InitOutcome } from '../core/init/outcome.ts'
import { modelStages } from '../core/pipeline.ts'
import type { StageName, StageResult } from '../core/schema/result.ts'
import { neutralise } from '../core/text/neutralise.ts'
import { asError, UserError } from '../errors.ts'
import type { RunContext, StageOptions } from '../stages/context.ts'
import type { InitContext } from '../stages/init/context.ts'
import { parseArguments, type Request } from './arguments.ts'
import { announce, progressOn, show, showOutcome, showVerdict, type Terminal } from './progress.ts'
import { help, isStage } from './verbs.ts'

const cancelSignals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/**
 * Runs one command line. The exit status is set here and nowhere else: 2 until an outcome has been written, whoever ends the process, and 2
 * where it could not be written, for its reader is gone (`modelgate run 2>&1 | head`) or the disk is full.
 */
export async function main(argv: readonly string[]): Promise<void> {
  const status: { decided: number | null; unread: boolean } = { decided: null, unread: false }
  process.exitCode = exitCode.error
  const terminal: Terminal = {
    write: (text) => void process.stderr.write(text),
    colour: process.stderr.isTTY === true && !process.env.NO_COLOR,
  }
  process.on('exit', (code) => {
    if (status.decided === null) terminal.write('modelgate: the process ended before there was an outcome\n')
    if (code === 0) process.exitCode = status.unread ? exitCode.error : (status.decided ?? exitCode.error)
  })
  const cancelled = new AbortController()
  for (const signal of cancelSignals)
    process.once(signal, () => cancelled.abort(new UserError('CANCELLED', `cancelled by ${signal}`, 'run it again')))
  for (const output of [process.stdout, process.stderr])
    output.on('error', (error) => {
      if (status.unread) return
      status.unread = true
      terminal.write(neutralise(`OUTPUT_LOST: the output cannot be written: ${error.message}\n`))
      process.exitCode = exitCode.error
      cancelled.abort(new UserError('CANCELLED', 'nobody reads the output any more', 'run it again, with the output kept in a file'))
    })
  try {
    status.decided = exitCode[await run(argv, terminal, cancelled.signal)]
  } catch (thrown) {
    const error = asError(thrown)
    if (error instanceof UserError) terminal.write(neutralise(`${coded(error)}\n  ${error.fix}\n`))
    else terminal.write(neutralise(`INTERNAL: this is a bug of modelgate, please report it.\n${error.stack ?? error.message}\n`))
    status.decided = exitCode.error
  }
  process.exitCode = status.unread ? exitCode.error : status.decided
}

/** Errors of the config name their code themselves, at each place. */
const coded = ({ code, message }: UserError): string =>
  message.includes(` ${code} `) || message.includes(` ${code}. `) ? message : `${code}: ${message}`

async function run(argv: readonly string[], terminal: Terminal, signal: AbortSignal): Promise<Verdict> {
  const parsed = parseArguments(argv)
  const { createInitContext, createRunContext, toolVersion } = await import('../compose.ts')
  switch (parsed.kind) {
    case 'help':
      process.stdout.write(help(parsed.verb))
      return 'pass'
    case 'version':
      process.stdout.write(`modelgate ${toolVersion}\n`)
      return 'pass'
    case 'request': {
      const { request } = parsed
      const common = { configPath: request.config, cwd: process.cwd(), env: process.env, progress: progressOn(terminal), signal }
      if (request.verb === 'init') {
        const context = createInitContext(common)
        try {
          return await performInit(request, context, terminal)
        } finally {
          await context.dispose()
        }
      }
      const context = await createRunContext({
        ...common,
        modelName: request.model,
        out: request.out,
        token: process.env.GITHUB_TOKEN ?? null,
        base: request.base,
      })
      try {
        return await perform(request, context, terminal)
      } finally {
        await context.dispose()
      }
    }
  }
}

/** What it wrote parses and holds on its data; what is left for a person to say is no failure. */
async function performInit(request: Request, context: InitContext, terminal: Terminal): Promise<Verdict> {
  const { init } = await import('../stages/init.ts')
  const { outcomeText } = await import('../core/init/outcome.ts')
  const { words: data, modelFile, target, name, workflow } = request
  const outcome = await init(context, { data, modelFile, target, name, workflow })
  terminal.write(`${neutralise(outcomeText(outcome))}\n`)
  if (request.json) process.stdout.write(asJson(outcome))
  return 'pass'
}

async function perform(request: Request, context: RunContext, terminal: Terminal): Promise<Verdict> {
  const { runPipeline, runStage } = await import('../stages/run-stage.ts')
  const options = toOptions(request)
  const { verb } = request
  if (isStage(verb)) {
    announce(terminal, verb)
    const results = await runStage(verb, context, options)
    // the verdict that follows has its reasons
    for (const result of results) (verb === 'gate' ? showOutcome : show)(terminal, result)
    if (verb === 'gate') await finish(request, context, terminal)
    if (request.json) process.stdout.write(asJson(results))
    return failingOn(worst(results.map((result) => result.verdict)), request.failOn)
  }
  terminal.write(
    `modelgate ${context.toolVersion}  ${neutralise(context.configPath)}  ${context.config.models.map((model) => model.name).join(', ')}\n`,
  )
  const { verdict, results } = await runPipeline(context, {
    promote: request.promote,
    stage: options,
    onStage: ({ stage, results: done }) => {
      if (done === null) announce(terminal, stage)
      else for (const result of done) (isJudged(stage) ? showOutcome : show)(terminal, result)
    },
  })
  await finish(request, context, terminal)
  if (request.json) process.stdout.write(asJson(results))
  return verdict
}

/** What these stages found is told once, with the verdict that they came to. */
const isJudged = (stage: StageName): boolean => stage === 'gate' || modelStages.some((name) => name === stage)

/** The verdict, and where the reports are. */
async function finish(request: Request, context: RunContext, terminal: Terminal): Promise<void> {
  const { writeReports } = await import('./reports.ts')
  terminal.write('\n')
  showVerdict(terminal, await writeReports(context, request.formats))
}

/** A log of GitHub obeys `##[cmd]` anywhere in a line: no # stands in the JSON, whose only # are those of texts. */
const asJson = (results: readonly StageResult[] | InitOutcome): string => `${JSON.stringify(results, null, 2).replaceAll('#', '\\u0023')}\n`

const toOptions = (request: Request): StageOptions => ({
  failOn: request.failOn,
  ...(request.explain ? { explain: true } : {}),
  ...(request.ref === null ? {} : { ref: request.ref }),
  ...(request.path === null ? {} : { path: request.path }),
  ...(request.to === null ? {} : { to: request.to }),
  ...(request.version === null ? {} : { version: request.version }),
  ...(request.key === null ? {} : { key: request.key }),
})
