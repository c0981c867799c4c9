/** Runs an action from the source as the runner does: a process of its own (or the one of a host), INPUT_*, and the files behind the runner's channels. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ActionHost } from '../../support/action-host.ts'
import { mainModule } from '../../support/command-line.ts'
import { parseOutputFile } from '../../support/runner-parsers.ts'
import { type Finished, runNode, type SpawnOptions } from '../../support/spawn.ts'

export interface ActionRun extends Finished {
  readonly outputs: Readonly<Record<string, string>>
  readonly summary: string
  /** GITHUB_ENV, GITHUB_PATH and GITHUB_STATE together */
  readonly others: string
}

const channels = ['GITHUB_OUTPUT', 'GITHUB_STEP_SUMMARY', 'GITHUB_ENV', 'GITHUB_PATH', 'GITHUB_STATE'] as const

export async function runActionIn(
  folder: string,
  action: string,
  inputs: Readonly<Record<string, string>> = {},
  options: Partial<SpawnOptions> & { readonly before?: string; readonly host?: ActionHost } = {},
): Promise<ActionRun> {
  const files = Object.fromEntries(channels.map((name) => [name, join(folder, `${name}.txt`)]))
  for (const path of Object.values(files)) writeFileSync(path, '')
  const given = Object.fromEntries(Object.entries(inputs).map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value]))
  const main = JSON.stringify(mainModule())
  const script = `${options.before ?? ''}; const { start } = await import(${main}); await start(${JSON.stringify(action)})`
  const { host, ...others } = options
  const place = { cwd: folder, ...others, env: { ...files, ...given, ...options.env } }
  const finished = await (host?.run(action, place) ?? runNode(['--input-type=module', '-e', script], place))
  const read = (name: (typeof channels)[number]) => readFileSync(join(folder, `${name}.txt`), 'utf8')
  return {
    ...finished,
    outputs: parseOutputFile(read('GITHUB_OUTPUT')),
    summary: read('GITHUB_STEP_SUMMARY'),
    others: read('GITHUB_ENV') + read('GITHUB_PATH') + read('GITHUB_STATE'),
  }
}
