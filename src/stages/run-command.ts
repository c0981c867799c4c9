/** `run: …` of the config: the user's command, and the ways it can end. */
import { fillIn } from '../core/schema/command-line.ts'
import type { CommandSpec } from '../core/schema/config.ts'
import { shorten, visible } from '../core/text/visible.ts'
import { commandEnvironment } from '../core/train/environment.ts'
import { shownCommand } from '../core/train/lineage.ts'
import { UserError } from '../errors.ts'
import type { CommandOutcome, Commands } from '../ports/commands.ts'
import type { ModelContext } from './context.ts'

export interface Errand {
  /** what messages call it: `training`, `scoring` */
  readonly what: string
  /** the key of the config that holds it */
  readonly key: string
  /** what the command is told: as environment variables, and in its words where no shell fills them in */
  readonly variables?: Readonly<Record<string, string>>
}

/** Runs it to a good end. @throws UserError COMMAND_NOT_FOUND, COMMAND_FAILED, COMMAND_KILLED, COMMAND_TIMEOUT, CANCELLED */
export async function runCommand(context: ModelContext, spec: CommandSpec, commands: Commands, errand: Errand): Promise<void> {
  const { variables = {} } = errand
  const outcome = await commands.run({
    argv: spec.shell === null ? fillIn(spec.argv, variables) : spec.argv,
    shell: spec.shell,
    cwd: context.root,
    env: { ...commandEnvironment(context.environment, spec.env), ...variables },
    timeoutMs: spec.timeoutMs,
    signal: context.signal,
    onLine: (line) => context.progress.child(line),
  })
  const trouble = troubleOf(outcome, shorten(visible(shownCommand(spec)), 120), spec, errand)
  if (trouble !== null) throw trouble
}

function troubleOf(outcome: CommandOutcome, shown: string, spec: CommandSpec, { what, key }: Errand): UserError | null {
  switch (outcome.kind) {
    case 'exited':
      if (outcome.code === 0) return null
      return new UserError(
        'COMMAND_FAILED',
        `the ${what} command \`${shown}\` ended with exit code ${outcome.code}`,
        'its own output above says why',
      )
    case 'signalled':
      return new UserError(
        'COMMAND_KILLED',
        `the ${what} command \`${shown}\` was ended by ${outcome.signal}`,
        outcome.signal === 'SIGKILL'
          ? 'the machine may have run out of memory: give it fewer rows, or a larger machine'
          : 'its own output above may say why',
      )
    case 'timeout':
      return new UserError(
        'COMMAND_TIMEOUT',
        `the ${what} command \`${shown}\` was ended after its time limit of ${Math.round(spec.timeoutMs / 1000)} s`,
        `make it faster, or raise ${key}.timeout`,
      )
    case 'cancelled':
      return new UserError('CANCELLED', `the ${what} command \`${shown}\` was cancelled`, 'run it again')
    case 'not-found':
      return new UserError(
        'COMMAND_NOT_FOUND',
        `the ${what} command \`${shown}\` cannot be started: there is no program ${shorten(visible(spec.shell ?? spec.argv[0] ?? ''), 80)} that may be executed`,
        `install it in a step before this one, or correct ${key}.run`,
      )
  }
}
