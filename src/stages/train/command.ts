/** What a model was made with. */
import { basename } from 'node:path'
import type { CommandSpec } from '../../core/schema/config.ts'
import { shorten, visible } from '../../core/text/visible.ts'
import { commandEnvironment } from '../../core/train/environment.ts'
import type { Commands } from '../../ports/commands.ts'
import type { ModelContext } from '../context.ts'

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
