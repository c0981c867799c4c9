/** What `init` may touch: as any stage, but before there is a config. */
import type { RunContext } from '../context.ts'

export interface InitContext extends Pick<RunContext, 'configPath' | 'root' | 'ports' | 'clock' | 'progress' | 'signal'> {
  /** absolute folder that words of the command line are relative to */
  readonly cwd: string
  /** sha256 of a text as 64 hex digits */
  readonly hash: (text: string) => string
}

export interface InitOptions {
  /** data files as they were named, `train=FILE` or `FILE`; none: the usual places are searched */
  readonly data: readonly string[]
  readonly modelFile: string | null
  readonly target: string | null
  readonly name: string | null
  readonly workflow: boolean
}
