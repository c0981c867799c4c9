/** `train: {run: …}`: the user's command, and the ways it can end. */
import { basename } from 'node:path'
import type { CommandSpec } from '../../core/schema/config.ts'
import { shorten, visible } from '../../core/text/visible.ts'
import { commandEnvironment } from '../../core/train/environment.ts'
import { shownCommand } from '../../core/train/lineage.ts'
import { UserError } from '../../errors.ts'
import type { CommandOutcome, Commands } from '../../ports/commands.ts'
import type { ModelContext } from '../context.ts'

/** Runs it to a good end. @throws UserError COMMAND_NOT_FOUND, COMMAND_FAILED, COMMAND_KILLED, COMMAND_TIMEOUT, CANCELLED */
export async function runCommand(context: ModelContext, spec: CommandSpec, commands: Commands): Promise<void> {
  const outcome = await commands.run({
    argv: spec.argv,
    shell: spec.shell,
    cwd: context.root,
    env: commandEnvironment(context.environment, spec.env),
    timeoutMs: spec.timeoutMs,
    signal: context.signal,
    onLine: (line) => context.progress.child(line),
  })
  const trouble = troubleOf(outcome, shorten(visible(shownCommand(spec)), 120), spec)
  if (trouble !== null) throw trouble
}

function troubleOf(outcome: CommandOutcome, shown: string, spec: CommandSpec): UserError | null {
  switch (outcome.kind) {
    case 'exited':
      if (outcome.code === 0) return null
      return new UserError(
        'COMMAND_FAILED',
        `the training command \`${shown}\` ended with exit code ${outcome.code}`,
        'its own output above says why',
      )
    case 'signalled':
      return new UserError(
        'COMMAND_KILLED',
        `the training command \`${shown}\` was ended by ${outcome.signal}`,
        outcome.signal === 'SIGKILL'
          ? 'the machine may have run out of memory: train on less, or on a larger one'
          : 'its own output above may say why',
      )
    case 'timeout':
      return new UserError(
        'COMMAND_TIMEOUT',
        `the training command \`${shown}\` was ended after its time limit of ${Math.round(spec.timeoutMs / 1000)} s`,
        'make it faster, or raise train.timeout',
      )
    case 'cancelled':
      return new UserError('CANCELLED', `the training command \`${shown}\` was cancelled`, 'run it again')
    case 'not-found':
      return new UserError(
        'COMMAND_NOT_FOUND',
        `the training command \`${shown}\` cannot be started: there is no program ${shorten(visible(spec.shell ?? spec.argv[0] ?? ''), 80)} that may be executed`,
        'install it in a step before this one, or correct train.run',
      )
  }
}

/** programs that say their version and do nothing else when asked with --version */
const interpreters = /^(python|pypy|Rscript|julia|node|ruby|perl)[\d.]*(\.exe)?$/

/** What the model was made with, as far as it can be told without running anything of the user's. */
export async function environmentOf(
  context: ModelContext,
  spec: CommandSpec,
  commands: Commands,
): Promise<Readonly<Record<string, string>>> {
  const found: Record<string, string> = {}
  const { RUNNER_OS, RUNNER_ARCH, ImageOS, ImageVersion } = context.environment
  if (RUNNER_OS) found.os = RUNNER_OS
  if (RUNNER_ARCH) found.arch = RUNNER_ARCH
  if (ImageOS) found.image = [ImageOS, ImageVersion].filter(Boolean).join(' ')
  const program = spec.argv[0] ?? ''
  const name = basename(program).replace(/\.exe$/, '')
  if (spec.shell === null && interpreters.test(basename(program))) {
    const lines: string[] = []
    await commands.run({
      argv: [program, '--version'],
      shell: null,
      cwd: context.root,
      env: commandEnvironment(context.environment, spec.env),
      timeoutMs: 10_000,
      signal: context.signal,
      onLine: (line) => lines.push(line),
    })
    const version = lines.map((line) => /\d+\.\d+[\w.+-]*/.exec(line)?.[0]).find((text) => text !== undefined)
    if (version !== undefined) found[name] = version
  }
  return Object.fromEntries(Object.entries(found).map(([key, value]) => [key, shorten(visible(value), 80)]))
}
